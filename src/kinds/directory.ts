import { type Command, script } from '../model/command.ts';
import type { Kind } from '../model/kind.ts';
import { Problem } from '../model/problem.ts';
import { files, type Ownership } from '../probes/files.ts';
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
  move: ({ path }, _from, to) => [to === undefined ? remove(path) : make(path, to)],
  mayStay: ({ path }, _state, wanted) =>
    wanted === undefined ? `${path} stays: it is not empty` : undefined,
  effect: ({ path }, _from, to) => (to === undefined ? `removes ${path} if it is empty` : undefined),
};

function make(path: string, { owner, group, mode }: Ownership): Command {
  return {
    argv: script('lvsform-make-directory', makeText, path, `${owner}:${group}`, mode),
    label: `make ${path}`,
  };
}

function remove(path: string): Command {
  return { argv: script('lvsform-remove-directory', removeText, path), label: `remove ${path}` };
}

const makeText = `umask 077
[ ! -L "$1" ] || { echo "$1 is a symbolic link" >&2; exit 1; }
[ -d "$1" ] || mkdir -- "$1" || exit 1
chown -- "$2" "$1" && chmod -- "$3" "$1"
`;

const removeText = `[ -d "$1" ] && [ ! -L "$1" ] || exit 0
[ -z "$(ls -A -- "$1")" ] || { echo "$1 stays: it is not empty" >&2; exit 0; }
rmdir -- "$1"
`;
