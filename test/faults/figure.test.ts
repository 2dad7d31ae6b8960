import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Figure, figureLine, figuresIn, reached } from './figure.ts';

const figures = suite('figures');

const gap: Figure = { name: 'planned-gap', value: 120.5, unit: 'ms', goal: { atMost: 150 } };

figures('a line says what was measured, what it should be, and whether it is', () => {
  assert.is(figureLine(gap), 'figure planned-gap 120.5 ms goal <=150 ok');
  assert.is(figureLine({ ...gap, value: 151 }), 'figure planned-gap 151 ms goal <=150 short');
  assert.is(
    figureLine({ name: 'kept', value: 99.9, unit: '%', goal: { atLeast: 100 } }),
    'figure kept 99.9 % goal >=100 short',
  );
});

figures('what is no number reaches no goal', () => {
  assert.not(reached({ ...gap, value: Number.NaN }));
  assert.not(reached({ ...gap, value: Number.NaN, goal: { atLeast: 0 } }));
});

figures('lines are found again in the output of a test', () => {
  assert.equal(figuresIn(`• • •\n${figureLine(gap)}\n  Total: 3\nfigure it out\n`), [gap]);
  assert.equal(figuresIn(`• ✘ • ${figureLine(gap)}\n• ${figureLine(gap)}\n`), [gap, gap]);
  assert.equal(figuresIn(`not a ${figureLine(gap)}\n`), []);
});

figures.run();
