import type { ExitCode } from '../model/problem.ts';
import type { Output } from './output.ts';

/** An option as the table says it: util.parseArgs reads it, and the help is made of it. */
export interface Option {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  readonly multiple?: true;
  /** What stands for the value in the help, `FILE`. */
  readonly value?: string;
  readonly description: string;
}

export type Options = { readonly [name: string]: Option };

/** What the user gave. A string option is an array when it is `multiple`. */
export interface Values {
  text(name: string): string | undefined;
  texts(name: string): readonly string[];
  flag(name: string): boolean;
  /** A whole number that is at least `least`, or a usage Problem. */
  number(name: string, fallback: number, least: number): number;
}

export interface Input {
  readonly args: readonly string[];
  readonly values: Values;
  readonly output: Output;
  /** Aborted at the first SIGINT, with a Problem of exit code 130 as its reason. */
  readonly signal: AbortSignal;
}

/** One verb of the command line. Its code is loaded when it is used. */
export interface CommandEntry {
  readonly summary: string;
  /** What may stand after the name: `[PLANFILE]`; and how many words that are at most, none if left out. */
  readonly usage?: string;
  readonly most?: number;
  readonly options: Options;
  load(): Promise<{ run(input: Input): Promise<ExitCode> }>;
}
