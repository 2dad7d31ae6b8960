import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { lightImage } from '../light/image.ts';
import { startInside } from '../light/namespace.ts';
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
  { rows, lanes = 6 }: { readonly rows?: number; readonly lanes?: number },
  onRow: (outcome: Outcome) => void = () => undefined,
): Promise<{ readonly outcomes: readonly Outcome[]; readonly all: number }> {
  const image = await lightImage();
  const child = startInside('test/faults/sweep/driver.ts', [
    ...['--image', image, '--lanes', String(lanes)],
    ...(rows === undefined ? [] : ['--rows', String(rows)]),
  ]);
  const outcomes: Outcome[] = [];
  let all = 0;
  if (child.stdout === null) throw new Error('the driver has no output');
  for await (const line of createInterface({ input: child.stdout })) {
    const said = JSON.parse(line) as Partial<Outcome> & { readonly rows?: number };
    if (said.rows !== undefined) all = said.rows;
    else {
      outcomes.push(said as Outcome);
      onRow(said as Outcome);
    }
  }
  if (child.exitCode === null) await once(child, 'exit');
  if (child.exitCode !== 0 || all === 0) throw new Error(`the sweep broke off (${child.exitCode})`);
  return { outcomes, all };
}
