import { createInterface } from 'node:readline/promises';
import { exit, Problem } from '../model/problem.ts';
import type { Input } from './command.ts';

/** Asks before anything is written, unless --yes; without a terminal to ask on, --yes is needed. */
export async function confirm({ values, signal }: Input, question: string): Promise<void> {
  if (values.flag('yes')) return;
  if (!process.stdin.isTTY) {
    throw new Problem('there is no terminal to ask on', {
      code: exit.usage,
      next: 'give --yes to go on without a question',
    });
  }
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await lines.question(`${question} [yes/no] `, { signal }).catch(() => {
      if (signal.aborted) throw signal.reason;
      throw new Problem('interrupted', { code: exit.interrupted, why: 'nothing was changed' });
    });
    if (answer.trim().toLowerCase() !== 'yes')
      throw new Problem('nothing was changed', { why: 'the answer was not "yes"' });
  } finally {
    lines.close();
  }
}
