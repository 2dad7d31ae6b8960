import type { Argv, Result } from '../../model/command.ts';
import type { HostState } from './state.ts';

/**
 * What a program of the memory host sees: the host's state, its own arguments, its stdin, and the other
 * programs.
 */
export interface Call {
  readonly state: HostState;
  /** Without the program's own name. */
  readonly args: readonly string[];
  readonly stdin: string;
  run(argv: Argv, stdin?: string): Result;
}

export type Program = (call: Call) => Result;

export type Programs = { readonly [name: string]: Program };

/** Success, with these lines on stdout. */
export function ok(...lines: readonly string[]): Result {
  return { code: 0, stdout: lines.map(line => `${line}\n`).join(''), stderr: '' };
}

/** Failure, with a line on stderr. */
export function failed(stderr: string, code = 1): Result {
  return { code, stdout: '', stderr: `${stderr}\n` };
}

/** The programs that a package brings are only there with it. */
export function hasProgram(state: HostState, program: string): boolean {
  const owners = Object.values(state.packages).filter(one => one.programs?.includes(program));
  return owners.length === 0 || owners.some(one => one.installed !== undefined);
}
