import { type Argv, type Command, script } from '../model/command.ts';
import type { Content, Ownership } from '../probes/files.ts';

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
  return { argv: ['rm', '-f', '--', path], label: `remove ${path}` };
}

/** In front of both that create a name beside `$path`: rename would put it *into* a directory. */
const begin = `set -u
umask 077
export LC_ALL=C
path=$1; shift
if [ -d "$path" ]; then
  [ -L "$path" ] || { echo "$path is a directory" >&2; exit 1; }
  rm -f -- "$path" || exit 1
fi
trap 'exit 129' HUP; trap 'exit 130' INT; trap 'exit 143' TERM
`;

const writeText = `${begin}
owner=$1 mode=$2 encoding=$3 quiet=$4 conceal=$5
shift 5
temp=$(mktemp -- "\${path%/*}/.lvsform.XXXXXX") || exit 1
trap 'rm -f -- "$temp"' EXIT
if [ "$encoding" = base64 ]; then base64 -d >"$temp"; else cat >"$temp"; fi || exit 1
chown -- "$owner" "$temp" && chmod -- "$mode" "$temp" || exit 1
if [ $# -gt 0 ]; then
  count=$#
  while [ "$count" -gt 0 ]; do
    word=$1; shift
    case $word in *%s*) word=\${word%%%s*}$temp\${word#*%s} ;; esac
    set -- "$@" "$word"
    count=$((count - 1))
  done
  { said=$("$@" </dev/null 2>&1 >&3 3>&-); code=$?; } 3>&1
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
sync -- "$temp" 2>/dev/null || sync
mv -f -- "$temp" "$path" || exit 1
if command -v restorecon >/dev/null; then restorecon -- "$path" 2>/dev/null; fi
exit 0
`;

const linkText = `${begin}
temp=$(mktemp -d -- "\${path%/*}/.lvsform.XXXXXX") || exit 1
trap 'rm -rf -- "$temp"' EXIT
ln -s -- "$1" "$temp/link" && mv -f -- "$temp/link" "$path"
`;

/** chown first: it takes away the set-user-ID bits that chmod gives (chown(2)). */
const ownershipText = `[ -L "$1" ] && { echo "$1 is a symbolic link" >&2; exit 1; }
chown -- "$2" "$1" && chmod -- "$3" "$1"
`;
