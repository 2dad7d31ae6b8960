import { type Argv, type Command, script, takesInput } from '../model/command.ts';
import type { Content, Ownership } from '../probes/files.ts';
import { enter } from './enter.ts';

/** A program that has to accept a file, `%s` for its path; `quiet`: a word on stderr is a refusal too. */
export type Validation = { readonly argv: Argv; readonly quiet: boolean };

/**
 * Writes a file: into a temporary one beside it (hidden, so that no `*.conf` finds it), readable for nobody
 * else from its first byte, validated, on the disk before it is renamed. A refusal leaves everything as it
 * was. What the validator says goes to stderr, without what follows the words in `conceal`; with such words
 * the step is secret.
 */
export function writeFile(
  path: string,
  { content, encoding }: Content,
  { owner, group, mode }: Ownership,
  validate: Validation | undefined,
  conceal: readonly string[],
): Command {
  return {
    argv: script(
      'lvsform-write-file',
      writeText,
      path,
      `${owner}:${group}`,
      mode,
      encoding ?? 'text',
      validate?.quiet ? 'quiet' : 'talkative',
      conceal.join(' '),
      ...(validate?.argv ?? []),
    ),
    stdin: content,
    label: `write ${path}`,
    ...(conceal.length === 0 ? {} : { secret: true }),
  };
}

/** Makes a symbolic link, in the place of a file or a link that is there. */
export function writeLink(path: string, target: string): Command {
  return { argv: script('lvsform-write-link', linkText, path, target), label: `link ${path} to ${target}` };
}

/** Gives a path its owner and mode, and leaves its content and its inode alone. */
export function setOwnership(path: string, { owner, group, mode }: Ownership): Command {
  return {
    argv: script('lvsform-set-ownership', ownershipText, path, `${owner}:${group}`, mode),
    label: `set owner and mode of ${path}`,
  };
}

/** Removes a file or a link; one that is gone is removed. */
export function removePath(path: string): Command {
  return { argv: script('lvsform-remove-path', removeText, path), label: `remove ${path}` };
}

/** From here on `$name` is the path, in the directory that was entered. */
const begin = `set -u
umask 077
export LC_ALL=C
${enter}path=$1; shift
enter "\${path%/*}"
name=./\${path##*/}
`;

/** In front of both that create a name beside the path's: rename would put it *into* a directory. */
const beginBeside = `${begin}if [ -d "$name" ]; then
  [ -L "$name" ] || refuse "$path is a directory"
  rm -f -- "$name" || exit 1
fi
trap 'exit 129' HUP; trap 'exit 130' INT; trap 'exit 143' TERM
fresh || exit 1
trap 'rm -f -- "$temp"' EXIT
`;

const writeText = `${takesInput}${beginBeside}
owner=$1 mode=$2 encoding=$3 quiet=$4 conceal=$5
shift 5
create "$temp"
if [ "$encoding" = base64 ]; then given | base64 -d >&8; else given >&8; fi || refuse "$path could not be written (is the disk full?)"
# It has the owner and the group already that most files of root's are to have.
[ "$owner" = root:root ] && [ -O /proc/self/fd/8 ] && [ -G /proc/self/fd/8 ] || chown -- "$owner" /proc/self/fd/8 || exit 1
chmod -- "$mode" /proc/self/fd/8 || exit 1
if [ $# -gt 0 ]; then
  count=$# file=\${path%/*}/\${temp#./}
  while [ "$count" -gt 0 ]; do
    word=$1; shift
    case $word in *%s*) word=\${word%%%s*}$file\${word#*%s} ;; esac
    set -- "$@" "$word"
    count=$((count - 1))
  done
  { said=$(cd / && "$@" </dev/null 2>&1 >&3 3>&- 8>&-); code=$?; } 3>&1
  if [ "$code" -ne 0 ] || { [ "$quiet" = quiet ] && [ -n "$said" ]; }; then
    printf '%s\\n' "$said" | WORDS=$conceal awk '
      BEGIN { count = split(ENVIRON["WORDS"], words, " ") }
      {
        for (at = 1; at <= count; at++) {
          found = index($0, words[at])
          if (found) $0 = substr($0, 1, found + length(words[at]) - 1) " (secret)"
        }
        print
      }' >&2
    echo "$path is left as it was: $1 refuses the new one (code $code)" >&2
    exit 1
  fi
fi
sync -- /proc/self/fd/8 2>/dev/null || sync
put "$temp" "$name" || exit 1
trap - EXIT
if command -v restorecon >/dev/null; then restorecon -- "$name" 2>/dev/null; fi
exit 0
`;

const linkText = `${beginBeside}
ln -s -- "$1" "$temp" && put "$temp" "$name"
`;

/**
 * chown first: it takes away the set-user-ID bits that chmod gives (chown(2)). A file with another name somewhere (a
 * hard link) may be anybody's.
 */
const ownershipText = `${begin}
[ ! -L "$name" ] || refuse "$path is a symbolic link"
exec 8<"$name" || exit 1
is=$(stat -L -c '%d %i %h' /proc/self/fd/8) there=$(stat -c '%d %i' -- "$name") || exit 1
case $is in
  "$there 1") ;;
  "$there "*) refuse "$path has other names (hard links), whose owner and mode would change too: give it a copy of its own" ;;
  *) refuse "$path changed while its owner and mode were set" ;;
esac
chown -- "$1" /proc/self/fd/8 && chmod -- "$2" /proc/self/fd/8
`;

const removeText = `set -u
export LC_ALL=C
${enter}path=$1
case $path in /*/*) [ -d "\${path%/*}" ] || exit 0 ;; esac
enter "\${path%/*}"
rm -f -- "./\${path##*/}"
`;
