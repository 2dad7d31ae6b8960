import { createHash } from 'node:crypto';
import { type Command, script } from '../model/command.ts';
import type { Content } from '../probes/files.ts';
import { enter } from './enter.ts';

/** Where copies go of what another hand wrote over what lvsform had written; `down` takes them away with the ledger. */
export const editedDirectory = '/var/lib/lvsform/edited';

/** The SHA-256 of a content. */
export function sumOf({ content, encoding }: Content): string {
  return createHash('sha256')
    .update(Buffer.from(content, encoding ?? 'utf8'))
    .digest('hex');
}

/**
 * Where a copy of a content of a path goes, such as `etc%keepalived%keepalived.conf.5f2c1a9b03de`: one file for each
 * content that was found, so that no edit takes the place of another.
 */
export function copyPlace(path: string, content: Content): string {
  const name = path.slice(1).replaceAll('%', '%25').replaceAll('/', '%').slice(-200);
  return `${editedDirectory}/${name}.${sumOf(content).slice(0, 12)}`;
}

/** Keeps a copy, for root alone from its first byte. A copy that is there already stays. */
export function keepCopy(path: string, found: Content, { content, encoding }: Content): Command {
  return {
    argv: script(
      'lvsform-keep-copy',
      text,
      editedDirectory,
      copyPlace(path, found).slice(editedDirectory.length + 1),
      encoding ?? 'text',
    ),
    stdin: content,
    secret: true,
    label: `keep a copy of ${path}`,
  };
}

const text = `set -u
umask 077
export LC_ALL=C
${enter}mkdir -p -- "$1" || exit 1
enter "$1"
ours . || refuse "$1 is not as lvsform made it: others than root own it or may write to it"
if [ -e "./$2" ]; then cat >/dev/null; exit 0; fi
rm -f -- ./.lvsform.??????
temp=$(mktemp -u ./.lvsform.XXXXXX) || exit 1
trap 'exit 129' HUP; trap 'exit 130' INT; trap 'exit 143' TERM
trap 'rm -f -- "$temp"' EXIT
create "$temp"
if [ "$3" = base64 ]; then base64 -d >&8; else cat >&8; fi || exit 1
sync -- /proc/self/fd/8 2>/dev/null || sync
put "$temp" "./$2" || exit 1
trap - EXIT
`;
