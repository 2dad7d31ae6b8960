import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import type { Argv } from '../model/command.ts';
import { namespaceFile } from './names.ts';

/** The command line that runs `argv` in a network namespace; the process keeps its id. */
export function inside(namespace: string, argv: readonly string[]): Argv {
  return ['nsenter', `--net=${namespaceFile(namespace)}`, '--', ...argv];
}

/** Starts a program in the lab's network, where its hosts can be reached, as `spawn` would. */
export function execIn(
  lab: { readonly namespace: string },
  argv: readonly string[],
  options: SpawnOptions = {},
): ChildProcess {
  const [program, ...rest] = inside(lab.namespace, argv);
  return spawn(program, rest, options);
}
