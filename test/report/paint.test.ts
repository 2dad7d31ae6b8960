import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { paint } from '../../src/report/paint.ts';

const green = '\u001b[32mx\u001b[39m';

for (const [choice, isTTY, env, seen] of [
  ['always', false, { NO_COLOR: '1', TERM: 'dumb' }, green],
  ['never', true, {}, 'x'],
  ['auto', true, {}, green],
  ['auto', true, { NO_COLOR: '1' }, 'x'],
  ['auto', true, { TERM: 'dumb' }, 'x'],
  ['auto', false, {}, 'x'],
] as const) {
  test(`${choice}, ${isTTY ? 'terminal' : 'no terminal'}, ${JSON.stringify(env)}`, () => {
    assert.is(paint(choice, { isTTY }, env).good('x'), seen);
  });
}

test.run();
