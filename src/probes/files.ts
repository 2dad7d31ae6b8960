import { script } from '../model/command.ts';
import type { Probe } from '../model/probe.ts';
import { garbled, keyAt, linesOf } from './answer.ts';

/** Bytes of a file that are read at most; what is larger is not configuration. */
export const sizeLimit = 1024 * 1024;

/**
 * Who owns a path, and its permissions as four octal digits ('0644'). A number stands for an owner without a
 * name.
 */
export type Ownership = {
  readonly owner: string;
  readonly group: string;
  readonly mode: string;
};

/** A file's bytes: as text where they are UTF-8 without NUL, otherwise as base64. */
export type Content = {
  readonly content: string;
  readonly encoding?: 'base64';
};

/**
 * What is at a path; `other` names what lvsform neither reads nor writes (a device, a file over the limit).
 */
export type PathEntry =
  | (Ownership & Content & { readonly type: 'file' })
  | (Ownership & { readonly type: 'directory' })
  | { readonly type: 'link'; readonly target: string }
  | { readonly type: 'other'; readonly what: string };

/**
 * Files, directories and symbolic links by absolute path. However many paths there are, it is one stat and
 * one cat: contents are read as one stream and cut by the sizes that stat gave, and a stream whose length
 * is not their sum (a file grew in between) is an error. A path is absent if it is neither there nor a
 * symbolic link. stat's raw mode (%f, hexadecimal): inode(7).
 */
export const files: Probe<PathEntry> = {
  name: 'files',
  script: keys => script('lvsform-read-files', text, String(sizeLimit), ...keys),

  parse(result, keys) {
    const lines = [...linesOf('files', result)];
    const entries = new Map<string, PathEntry | undefined>();
    const present: string[] = [];
    const targets = new Map<string, string>();
    for (const line of lines.splice(0, lines.indexOf('stat') + 1)) {
      const [word, index, target = ''] = line.split(' ');
      if (word === 'stat') break;
      const key = keyAt('files', keys, index);
      if (word === 'absent') entries.set(key, undefined);
      else if (word === 'there') present.push(key);
      else if (word === 'link') targets.set(key, Buffer.from(target, 'base64').toString());
      else throw garbled('files', line);
    }

    const split = lines.indexOf('content');
    if (split !== present.length) throw garbled('files', 'a path changed while it was read');
    const bytes = Buffer.from(lines.slice(split + 1).join(''), 'base64');
    let offset = 0;
    present.forEach((key, index) => {
      const stat = parseStat(lines[index] ?? '');
      const target = targets.get(key);
      if (stat.type === 'link' && target === undefined) throw garbled('files', `no target of ${key}`);
      const end = stat.type === 'file' && stat.size <= sizeLimit ? offset + stat.size : offset;
      entries.set(key, entryOf(stat, target ?? '', bytes.subarray(offset, end)));
      offset = end;
    });
    if (offset !== bytes.length) throw garbled('files', 'a file changed while it was read');
    return entries;
  },
};

interface Stat extends Ownership {
  readonly type: 'file' | 'directory' | 'link' | 'other';
  readonly size: number;
}

const types = new Map<number, Stat['type']>([
  [0x8, 'file'],
  [0x4, 'directory'],
  [0xa, 'link'],
]);

function parseStat(line: string): Stat {
  const match = /^([0-9a-f]+) (\d+) (\d+) (\d+) (\S+) (\S+)$/.exec(line);
  if (match === null) throw garbled('files', line);
  const [, raw = '', size = '', uid = '', gid = '', user = '', group = ''] = match;
  const bits = Number.parseInt(raw, 16);
  return {
    type: types.get(bits >> 12) ?? 'other',
    size: Number(size),
    owner: user === 'UNKNOWN' ? uid : user,
    group: group === 'UNKNOWN' ? gid : group,
    mode: (bits & 0o7777).toString(8).padStart(4, '0'),
  };
}

function entryOf(stat: Stat, target: string, bytes: Buffer): PathEntry {
  const { type, owner, group, mode } = stat;
  if (type === 'link') return { type, target };
  if (type === 'directory') return { type, owner, group, mode };
  if (type === 'other') return { type, what: 'neither a file nor a directory' };
  if (stat.size > sizeLimit) return { type: 'other', what: `a file of more than ${sizeLimit} bytes` };
  return { type, ...contentOf(bytes), owner, group, mode };
}

/** Bytes as a state holds them; text survives JSON and diffs, and nothing is lost of what is not text. */
export function contentOf(bytes: Buffer): Content {
  const decoded = bytes.toString('utf8');
  return !decoded.includes('\0') && Buffer.from(decoded).equals(bytes)
    ? { content: decoded }
    : { content: bytes.toString('base64'), encoding: 'base64' };
}

const text = `export LC_ALL=C
limit=$1; shift
count=$#; n=0
while [ "$n" -lt "$count" ]; do
  path=$1; shift
  if [ -L "$path" ]; then
    target=$(readlink -- "$path" && echo .) || exit 1
    target=\${target%??}
    echo "there $n"
    echo "link $n $(printf %s "$target" | base64 | tr -d '\\n')"
    set -- "$@" "$path"
  elif [ -e "$path" ]; then
    echo "there $n"
    set -- "$@" "$path"
  else
    echo "absent $n"
  fi
  n=$((n + 1))
done
echo stat
if [ $# -gt 0 ]; then
  stats=$(stat -c '%f %s %u %g %U %G' -- "$@") || exit 1
  printf '%s\\n' "$stats"
  while read -r mode size rest; do
    path=$1; shift
    case $mode in
      8*) [ "$size" -gt "$limit" ] || set -- "$@" "$path" ;;
    esac
  done <<EOF
$stats
EOF
fi
echo content
[ $# -eq 0 ] || cat -- "$@" | base64
echo end
`;
