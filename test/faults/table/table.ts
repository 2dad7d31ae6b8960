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
  { slow, lanes = 4 }: { readonly slow: boolean; readonly lanes?: number },
  onRow: (outcome: RowOutcome) => void = () => undefined,
): Promise<{ readonly outcomes: readonly RowOutcome[]; readonly figures: readonly Figure[] }> {
  const outcomes: RowOutcome[] = [];
  const figures: Figure[] = [];
  await driven(
    'test/faults/table/driver.ts',
    ['--lanes', String(lanes), ...(slow ? ['--slow'] : [])],
    said => {
      if (said['figure'] !== undefined) figures.push(said['figure'] as Figure);
      if (said['row'] === undefined) return;
      const outcome = said as unknown as RowOutcome;
      outcomes.push(outcome);
      onRow(outcome);
    },
  );
  return { outcomes, figures };
}
