import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { inLanes } from '../../src/lab/in-lanes.ts';
import { lock } from '../../src/lab/lock.ts';

const directory = await mkdtemp(join(tmpdir(), 'lvsform-lock-'));
const path = join(directory, 'x.lock');
const holder = fileURLToPath(new URL('lock-holder.ts', import.meta.url));

test('a lock lets one in at a time and tells who has to wait', async () => {
  const order: string[] = [];
  const first = await lock(path, () => order.push('first waits'));
  const second = lock(path, () => order.push('second waits')).then(async held => {
    order.push('second holds');
    await held.release({ remove: true });
  });
  await new Promise(done => setTimeout(done, 200));
  order.push('first releases');
  // Removing the file must not let a third one in beside the second.
  await first.release({ remove: true });
  await second;
  assert.equal(order, ['second waits', 'first releases', 'second holds']);
  assert.not(existsSync(path));
});

test('the death of its holder releases a lock', async () => {
  const child = spawn(process.execPath, ['--import', 'tsx', holder, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  let waited = false;
  const mine = lock(path, () => {
    waited = true;
    child.kill('SIGKILL');
  });
  await (await mine).release();
  assert.ok(waited);
});

test('a lock is taken while others take its directory away as soon as it is empty', async () => {
  const place = join(directory, 'run', 'lab');
  let over = false;
  const sweeper = (async () => {
    while (!over) for (const each of [place, dirname(place)]) await rmdir(each).catch(() => undefined);
  })();
  try {
    for (let turn = 0; turn < 200; turn += 1) {
      const held = await lock(join(place, 'a.lock'), () => {});
      await held.release({ remove: true });
    }
  } finally {
    over = true;
  }
  await sweeper;
});

test('a wait for a lock can be given up', async () => {
  const held = await lock(path, () => {});
  const impatience = new AbortController();
  const gaveUp = await lock(path, () => impatience.abort(), impatience.signal).catch(
    (error: Error) => error.name,
  );
  assert.is(gaveUp, 'AbortError');
  await held.release();
});

test('lanes keep to their number, and a failure begins nothing new', async () => {
  let busy = 0;
  let most = 0;
  const begun: number[] = [];
  const failure = await inLanes([1, 2, 3, 4, 5, 6], 2, async item => {
    begun.push(item);
    busy += 1;
    most = Math.max(most, busy);
    await new Promise(done => setTimeout(done, 5));
    busy -= 1;
    if (item === 3) throw new Error('three');
  }).catch((error: Error) => error.message);
  assert.is(failure, 'three');
  assert.is(most, 2);
  assert.not(begun.includes(6));
});

test.after(() => rm(directory, { recursive: true }));

test.run();
