import { type Command, script } from '../model/command.ts';
import type { Kind } from '../model/kind.ts';
import { Problem } from '../model/problem.ts';
import { files, type Ownership } from '../probes/files.ts';
import { enter } from './enter.ts';
import { ownershipSchemas } from './file-schema.ts';
import type { Presence } from './presence.ts';
import { patterns, schemaOf, text } from './schema.ts';

export interface DirectorySpec {
  /** Absolute; its parent exists. */
  readonly path: string;
  readonly owner?: string | undefined;
  readonly group?: string | undefined;
  /** Four octal digits. */
  readonly mode?: string | undefined;
  readonly state?: Presence | undefined;
}

type Subject = { readonly path: string };

/**
 * A directory, one level: each parent is a resource of its own, so that what was made can be taken away
 * again. It is only removed when it is empty; otherwise the step says so on stderr and succeeds, for what is
 * in it is not ours.
 */
export const directory: Kind<DirectorySpec, Subject, Ownership> = {
  name: 'directory',
  schema: schemaOf(
    {
      title: 'Directory',
      description: 'A directory with its owner and mode; removed only when it is empty.',
      examples: [
        { path: '/etc/keepalived', mode: '0750' },
        { path: '/srv/www', owner: 'www-data' },
      ],
    },
    ['path'],
    {
      path: text('Path', 'Absolute path of the directory; its parent exists.', patterns.path),
      ...ownershipSchemas('0755'),
    },
  ),
  subject: ({ path }) => ({ path }),
  id: ({ path }) => path,
  asks: ({ path }) => [{ probe: files, key: path }],

  read({ path }, answers) {
    const entry = answers.get(files, path);
    if (entry === undefined) return undefined;
    if (entry.type !== 'directory') throw new Problem(`${path} is not a directory`);
    return { owner: entry.owner, group: entry.group, mode: entry.mode };
  },

  want: ({ owner = 'root', group = 'root', mode = '0755', state }) =>
    state === 'absent' ? undefined : { owner, group, mode },
  move: ({ path }, _from, to) => [to === undefined ? remove(path) : makeDirectory(path, to)],
  mayStay: ({ path }, _state, wanted) =>
    wanted === undefined ? `${path} stays: it is not empty` : undefined,
  effect: ({ path }, _from, to) => (to === undefined ? `removes ${path} if it is empty` : undefined),
};

/** Makes a directory whose parent exists, or gives one that is there its owner and mode. */
export function makeDirectory(path: string, { owner, group, mode }: Ownership): Command {
  return {
    argv: script('lvsform-make-directory', makeText, path, `${owner}:${group}`, mode),
    label: `make ${path}`,
  };
}

function remove(path: string): Command {
  return { argv: script('lvsform-remove-directory', removeText, path), label: `remove ${path}` };
}

/** It is changed from the inside, as `.`: that is the directory that was made or found, whatever its name says by then. */
const makeText = `set -u
umask 077
export LC_ALL=C
${enter}path=$1
enter "\${path%/*}"
name=\${path##*/} parent=\${PWD%/}
[ ! -L "./$name" ] || refuse "$path is a symbolic link"
[ -d "./$name" ] || mkdir -- "./$name" || exit 1
cd -P -- "./$name" && [ "$PWD" = "$parent/$name" ] || refuse "$path changed while it was made"
chown -- "$2" . && chmod -- "$3" .
`;

const removeText = `set -u
export LC_ALL=C
${enter}path=$1
[ -d "$path" ] && [ ! -L "$path" ] || exit 0
enter "\${path%/*}"
name=./\${path##*/}
[ -z "$(ls -A -- "$name")" ] || { echo "$path stays: it is not empty" >&2; exit 0; }
rmdir -- "$name"
`;
