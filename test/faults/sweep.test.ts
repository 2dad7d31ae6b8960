// timeout: 300 s
// needs: lab
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { faults } from './sweep/rows.ts';
import { type Outcome, sweep } from './sweep/sweep.ts';

/*
 * A selection of the sweep that `npm run faults -- sweep` does whole: up is disturbed before, in the middle of and after
 * steps, in each way, and every invariant must hold afterwards.
 */
const selection = suite('up, disturbed at 27 points', { outcomes: [] as readonly Outcome[] });

selection.before(async context => {
  const { outcomes } = await sweep({ rows: 27, lanes: 4 });
  context.outcomes = outcomes;
});

for (const fault of faults) {
  selection(`${fault}: whatever it hit, a re-run ends as an undisturbed run does`, ({ outcomes }) => {
    const mine = outcomes.filter(one => one.fault === fault);
    assert.ok(mine.length >= 6, `${mine.length} rows`);
    const broken = mine.flatMap(({ row, broken: what }) => what.map(one => `${row}: ${one}`));
    assert.is(broken.join('\n'), '');
  });
}

selection.run();
