import { driven } from '../light/driven.ts';
import type { FaultName } from './rows.ts';

/** How a row ended; nothing is broken where every invariant held. */
export interface Outcome {
  readonly row: string;
  readonly fault: FaultName;
  readonly broken: readonly string[];
  readonly seconds: number;
}

/**
 * Does the rows of the sweep (so many of them, spread over all, or all) on light hosts, some rows at a time, for most of the time of
 * one goes by while a host sees whether a service stays up. Answers how each ended, and how many rows there are.
 */
export async function sweep(
  {
    rows,
    lanes = 6,
    signal,
  }: { readonly rows?: number; readonly lanes?: number; readonly signal?: AbortSignal },
  onRow: (outcome: Outcome) => void = () => undefined,
): Promise<{ readonly outcomes: readonly Outcome[]; readonly all: number }> {
  const outcomes: Outcome[] = [];
  let all = 0;
  const args = ['--lanes', String(lanes), ...(rows === undefined ? [] : ['--rows', String(rows)])];
  await driven(
    'test/faults/sweep/driver.ts',
    args,
    said => {
      if (typeof said['rows'] === 'number') all = said['rows'];
      else {
        const outcome = said as unknown as Outcome;
        outcomes.push(outcome);
        onRow(outcome);
      }
    },
    signal,
  );
  return { outcomes, all };
}
