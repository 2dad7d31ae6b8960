import type { Result } from '../model/command.ts';
import { Problem } from '../model/problem.ts';

/** The last line of every probe's output: without it the output was cut short, and says nothing. */
export const last = 'end';

/**
 * The lines that a probe printed. Throws where the probe failed or its output does not end as it must, so
 * that no parser ever takes a missing line for "absent".
 */
export function linesOf(probe: string, result: Result): readonly string[] {
  const { code, stdout, stderr } = result;
  if (code !== 0) {
    throw new Problem(`could not read ${probe}`, {
      why: stderr.trim() || `the command that reads it ended with code ${code}`,
    });
  }
  const lines = stdout.split('\n');
  if (lines.pop() !== '' || lines.pop() !== last) throw garbled(probe, stdout.slice(-80));
  return lines;
}

/** For output that the parser does not know. */
export function garbled(probe: string, text: string): Problem {
  return new Problem(`could not read ${probe}`, {
    why: `its output is not understood: ${JSON.stringify(text)}`,
  });
}

/** One of the keys, by the number that the probe printed. */
export function keyAt(probe: string, keys: readonly string[], index: string | undefined): string {
  const key = keys[Number(index)];
  if (index === undefined || index === '' || key === undefined) throw garbled(probe, String(index));
  return key;
}
