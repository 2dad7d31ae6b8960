import { type Command, script } from '../model/command.ts';
import { enter } from './enter.ts';

/**
 * Sets the line of one name in a file that lvsform owns, or takes it out (undefined). The name is what stands
 * before `=`. Other lines stay where they are, the file appears with its first line and goes with its last,
 * and what reads it at boot never sees half of it.
 */
export function bootLine(file: string, name: string, line: string | undefined): Command {
  const label = line === undefined ? `forget ${name} at boot` : `keep ${line} at boot`;
  return { argv: script('lvsform-set-boot-line', text, file, name, line ?? ''), label };
}

const text = `set -u
umask 022
export LC_ALL=C
${enter}file=$1 name=$2 line=$3
if ! [ -e "$file" ]; then
  [ -n "$line" ] || exit 0
  [ -d "\${file%/*}" ] || mkdir -p -- "\${file%/*}" || exit 1
fi
enter "\${file%/*}"
file=./\${file##*/} before=
fresh || exit 1
trap 'rm -f -- "$temp"' EXIT
trap 'exit 129' HUP; trap 'exit 130' INT; trap 'exit 143' TERM
create "$temp"
if [ -e "$file" ]; then before=$file; fi
lines= failed=
write() { printf '%s\n' "$1" >&8 || failed=yes; }
put_line() {
  [ -z "$line" ] || { write "$line"; lines=yes; }
  line=
}
[ -n "$before" ] || write '# Kept by lvsform, one line a resource.'
while IFS= read -r one || [ -n "$one" ]; do
  key=\${one%%=*}
  key=\${key#"\${key%%[! \t]*}"}
  key=\${key%"\${key##*[! \t]}"}
  if [ "$key" = "$name" ]; then
    put_line
  else
    write "$one"
    case $one in '' | '#'*) ;; *) lines=yes ;; esac
  fi
done <"\${before:-/dev/null}" || exit 1
put_line
[ -z "$failed" ] || refuse "\${file#./} could not be written (is the disk full?)"
[ -n "$lines" ] || { rm -f -- "$file"; exit; }
{ sync -- /proc/self/fd/8 2>/dev/null || sync; } && put "$temp" "$file" && trap - EXIT
`;
