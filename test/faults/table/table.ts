import type { Figure } from '../figure.ts';
import { driven } from '../light/driven.ts';

/** How a row of the fault table ended. */
export interface RowOutcome {
  readonly row: string;
  readonly holds: string;
  readonly broken: readonly string[];
  readonly seconds: number;
}

/** Does the rows of the fault table on light hosts; `slow` those that take minutes, too. Answers how they ended, and what they measured. */
export async function faultTable(
  {
    slow,
    lanes = 4,
    signal,
  }: { readonly slow: boolean; readonly lanes?: number; readonly signal?: AbortSignal },
  onRow: (outcome: RowOutcome) => void = () => undefined,
): Promise<{ readonly outcomes: readonly RowOutcome[]; readonly figures: readonly Figure[] }> {
  const outcomes: RowOutcome[] = [];
  const figures: Figure[] = [];
  const args = ['--lanes', String(lanes), ...(slow ? ['--slow'] : [])];
  const hear = (said: { readonly [member: string]: unknown }) => {
    if (said['figure'] !== undefined) figures.push(said['figure'] as Figure);
    if (said['row'] === undefined) return;
    const outcome = said as unknown as RowOutcome;
    outcomes.push(outcome);
    onRow(outcome);
  };
  await driven('test/faults/table/driver.ts', args, hear, signal);
  return { outcomes, figures };
}
