// timeout: 300 s
// needs: lab
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { figure } from './figure.ts';
import { rows } from './table/rows.ts';
import { faultTable, type RowOutcome } from './table/table.ts';

/** The fault table on light hosts, but for the rows that take minutes: those are for `npm run faults -- table`. */
const table = suite('fault', { outcomes: new Map<string, RowOutcome>() });

table.before(async context => {
  const { outcomes, figures } = await faultTable({ slow: false });
  for (const one of outcomes) context.outcomes.set(one.row, one);
  for (const { name, value, unit, goal } of figures) figure(name, value, unit, goal);
});

for (const { fault, holds, slow } of rows) {
  if (slow) continue;
  table(`${fault}: ${holds}`, ({ outcomes }) => {
    assert.is(outcomes.get(fault)?.broken.join('\n'), '');
  });
}

table.run();
