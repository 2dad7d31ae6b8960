import type { ErrorView } from './event.ts';

/** Exit codes, the whole list (README, "Exit codes"). */
export const exit = {
  ok: 0,
  failed: 1,
  changes: 2,
  input: 3,
  unreachable: 4,
  locked: 5,
  usage: 64,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exit)[keyof typeof exit];

/**
 * An expected error, made for the person who reads it: what went wrong, where (file:line:column, or
 * host and step), why, and what to do next. Anything else that is thrown is a bug and keeps its
 * stack trace.
 */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ExitCode;
  readonly where: string | undefined;
  readonly why: string | undefined;
  readonly next: string | undefined;

  constructor(
    what: string,
    details: { code?: ExitCode; where?: string; why?: string; next?: string; cause?: unknown } = {},
  ) {
    super(what, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = details.code ?? exit.failed;
    this.where = details.where;
    this.why = details.why;
    this.next = details.next;
  }
}

/** A Problem as data, for events and for printing. */
export function view({ message: what, where, why, next }: Problem): ErrorView {
  return { what, ...(where && { where }), ...(why && { why }), ...(next && { next }) };
}
