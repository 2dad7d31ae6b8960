import type { Argv, Command } from '../model/command.ts';
import type { Kind } from '../model/kind.ts';
import { commands, testKey } from '../probes/commands.ts';
import type { Presence } from './presence.ts';
import { argv, given, schemaOf, text } from './schema.ts';

export interface CommandSpec {
  readonly name: string;
  readonly run: Argv;
  /** A test that writes nothing: code 0 says that the work is done. */
  readonly unless: Argv;
  /** What takes the work back, where anything does. */
  readonly undo?: Argv | undefined;
  readonly state?: Presence | undefined;
}

type Subject = { readonly name: string; readonly run: Argv; readonly unless: Argv; readonly undo?: Argv };
type State = { readonly done: true };

/**
 * What no other kind can say: a command, and a test that tells whether its work is done. Without `undo` its
 * work stays: a destroy has no step for it.
 */
export const command: Kind<CommandSpec, Subject, State> = {
  name: 'command',
  schema: {
    ...schemaOf(
      {
        title: 'Command',
        description: 'A command that runs unless a test says that its work is done.',
        examples: [
          {
            name: 'nginx-user',
            run: ['useradd', '--system', 'web'],
            unless: ['id', 'web'],
            undo: ['userdel', 'web'],
          },
        ],
      },
      ['name', 'run', 'unless'],
      {
        name: text('Name', 'A name for the command, unique on the host.', '^[A-Za-z0-9][A-Za-z0-9 ._-]*$'),
        run: argv('Run', 'The program and its arguments; no shell.'),
        unless: argv('Unless', 'A test that changes nothing; its code 0 says that the work is done.'),
        undo: argv('Undo', 'What takes the work back.'),
      },
    ),
    anyOf: [given('undo'), { properties: { state: { const: 'present' } } }],
  },
  subject: ({ name, run, unless, undo }) => ({ name, run, unless, ...(undo === undefined ? {} : { undo }) }),
  id: ({ name }) => name,
  asks: ({ unless }) => [{ probe: commands, key: testKey(unless) }],
  read: ({ unless }, answers) => (answers.get(commands, testKey(unless)) ? { done: true } : undefined),
  want: ({ state }) => (state === 'absent' ? undefined : { done: true }),

  move({ name, run, undo }, _from, to): readonly Command[] {
    if (to !== undefined) return [{ argv: run, label: `run ${name}` }];
    return undo === undefined ? [] : [{ argv: undo, label: `undo ${name}` }];
  },

  mayStay: ({ name, undo }, _state, wanted) =>
    wanted === undefined && undo === undefined
      ? `the work of ${name} stays: nothing takes it back`
      : undefined,

  effect({ run, undo }, _from, to) {
    if (to !== undefined) return `runs ${run[0]}`;
    return undo === undefined ? 'nothing takes it back: its work stays' : `runs ${undo[0]}`;
  },
};
