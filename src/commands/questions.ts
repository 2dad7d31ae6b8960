import { createInterface, type Interface } from 'node:readline/promises';
import { exit, Problem } from '../model/problem.ts';
import { usage } from './arguments.ts';
import type { Input } from './command.ts';

/** Something that a command has to know, by the option that would have said it. */
export interface Question<T> {
  readonly option: string;
  readonly question: string;
  /** What an empty answer means; without one there has to be an answer. */
  readonly fallback?: string;
  /** Reads the answer; a Problem that it throws is told, and the question asked again. */
  read(answer: string): T;
  enough?(value: T): boolean;
}

export type Ask = <T>(question: Question<T>) => Promise<T>;

/**
 * Lets `work` ask on the terminal. Without one, or with --yes, an option that was left out means its default; one
 * that has none is a usage Problem.
 */
export async function asking<T>({ values, signal }: Input, work: (ask: Ask) => Promise<T>): Promise<T> {
  if (!process.stdin.isTTY || values.flag('yes')) return work(unasked);
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await work(question => answer(lines, question, signal));
  } finally {
    lines.close();
  }
}

function unasked<T>({ option, question, fallback, read, enough }: Question<T>): Promise<T> {
  if (fallback === undefined) throw missing(option, question);
  const value = read(fallback);
  if (enough?.(value) === false) throw missing(option, question);
  return Promise.resolve(value);
}

function missing(option: string, question: string): Problem {
  return usage(
    `--${option} is missing: ${question}`,
    'give it, or run this on a terminal, where it is asked for',
  );
}

async function answer<T>(
  lines: Interface,
  { question, fallback, read, enough }: Question<T>,
  signal: AbortSignal,
): Promise<T> {
  for (;;) {
    const shown = fallback === undefined || fallback === '' ? question : `${question} [${fallback}]`;
    const text = await lines.question(`${shown}: `, { signal }).catch(() => {
      if (signal.aborted) throw signal.reason;
      throw new Problem('interrupted', { code: exit.interrupted, why: 'nothing was written' });
    });
    const given = text.trim() === '' ? fallback : text.trim();
    if (given === undefined) continue;
    try {
      const value = read(given);
      if (enough?.(value) !== false) return value;
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      const more = [problem.why, problem.next].filter(Boolean).join('; ');
      process.stderr.write(`${problem.message}${more === '' ? '' : `: ${more}`}\n`);
    }
  }
}
