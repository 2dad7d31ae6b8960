import type { Argv, Result } from './command.ts';

/**
 * One way to read a host: all its keys at once, with one command, without writing anything. `parse`
 * answers every key: with a value, or with undefined where the output holds a known sign that the
 * thing is absent. A key that is missing from the answer, or a throw, means "could not be read",
 * which is never taken for "absent".
 */
export interface Probe<Value> {
  readonly name: string;
  script(keys: readonly string[]): Argv;
  parse(result: Result, keys: readonly string[]): ReadonlyMap<string, Value | undefined>;
}

/** A question that a resource has: this probe, this key. */
export interface Ask {
  readonly probe: Probe<unknown>;
  readonly key: string;
}

/** What a host answered. */
export interface Answers {
  /** The value, or undefined for "absent". Throws a Problem where the host could not be read. */
  get<Value>(probe: Probe<Value>, key: string): Value | undefined;
}
