import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { schedule } from './schedule.ts';
import type { TestFile } from './test-file.ts';

const file = (path: string, lab: boolean, timeoutSeconds = 60): TestFile => ({
  path,
  lab,
  asked: false,
  timeoutSeconds,
  graceSeconds: 20,
});

async function watch(files: readonly TestFile[], slots: number) {
  const running = new Set<TestFile>();
  const seen = { order: [] as string[], most: 0, mostLab: 0 };
  await schedule(files, slots, async one => {
    running.add(one);
    seen.order.push(one.path);
    seen.most = Math.max(seen.most, running.size);
    seen.mostLab = Math.max(seen.mostLab, [...running].filter(({ lab }) => lab).length);
    await sleep(1);
    running.delete(one);
  });
  return seen;
}

const mixed = ['a', 'b', 'c', 'd', 'e', 'f'].map((path, index) => file(path, index % 2 === 0));

test('runs every file once, on no more slots than given, one of the lab at a time', async () => {
  for (const slots of [1, 2, 4]) {
    const seen = await watch(mixed, slots);
    assert.equal(seen.order.toSorted(), ['a', 'b', 'c', 'd', 'e', 'f']);
    assert.is(seen.most, Math.min(slots, 4));
    assert.is(seen.mostLab, 1);
  }
});

test('starts what may take longest first', async () => {
  const { order } = await watch([file('short', false), file('long', false, 300), file('lab', true)], 1);
  assert.equal(order, ['lab', 'long', 'short']);
});

test.run();
