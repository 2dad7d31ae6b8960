import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Gate } from '../../src/transport/gate.ts';

test('at most as many as it is wide, in order, each key for itself, and a failure frees its place', async () => {
  const gate = new Gate(2);
  const begun: string[] = [];
  let running = 0;
  let most = 0;
  const task = (name: string) => async () => {
    begun.push(name);
    running += 1;
    most = Math.max(most, running);
    await sleep(5);
    running -= 1;
    if (name === 'b') throw new Error(name);
  };
  const all = ['a', 'b', 'c', 'd', 'e'].map(name => gate.pass('x', task(name)).catch(() => undefined));
  await Promise.all(all);
  assert.equal(begun, ['a', 'b', 'c', 'd', 'e']);
  assert.is(most, 2);

  most = 0;
  await Promise.all(['x', 'y', 'z', 'x'].map(key => gate.pass(key, task(key))));
  assert.is(most, 4);
});

test.run();
