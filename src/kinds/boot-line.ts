import { type Command, script } from '../model/command.ts';

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
file=$1 name=$2 line=$3
if ! [ -e "$file" ]; then
  [ -n "$line" ] || exit 0
  mkdir -p -- "\${file%/*}" || exit 1
fi
# What a write left whose host lost power: one run at a time has the host's lock.
rm -f -- "\${file%/*}"/.lvsform.??????
temp=$(mktemp "\${file%/*}/.lvsform.XXXXXX") || exit 1
trap 'rm -f -- "$temp"' EXIT
trap 'exit 129' HUP; trap 'exit 130' INT; trap 'exit 143' TERM
if [ -e "$file" ]; then cat -- "$file"; else echo '# Kept by lvsform, one line a resource.'; fi |
  NAME=$name LINE=$line awk '
    function put() { if (ENVIRON["LINE"] != "" && !put_already) print ENVIRON["LINE"]; put_already = 1 }
    { key = $0; sub(/=.*/, "", key); gsub(/^[ \\t]+|[ \\t]+$/, "", key) }
    key == ENVIRON["NAME"] { put(); next }
    { print }
    END { put() }
  ' >"$temp" || exit 1
if ! grep -q '^[^#]' "$temp"; then
  rm -f -- "$file"
  exit
fi
chmod 0644 "$temp" && { sync -- "$temp" 2>/dev/null || sync; } && mv -f -- "$temp" "$file"
`;
