import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { finished, fixture, startRunner } from './run-runner.ts';

const interruption = suite('interruption', { directory: '', log: '' });

interruption.before.each(context => {
  context.directory = mkdtempSync(join(tmpdir(), 'lvsform-interruption-'));
  context.log = join(context.directory, 'log');
  writeFileSync(context.log, '');
});

interruption.after.each(context => rmSync(context.directory, { recursive: true, force: true }));

for (const [name, code] of [['SIGINT', 130] as const, ['SIGTERM', 143] as const]) {
  interruption(`${name} ends the running files`, async ({ directory, log }) => {
    const runner = startRunner([fixture('waits')], { WAITS_LOG: log, TMPDIR: directory });
    const result = finished(runner);
    await logged(log, 'ready');
    runner.kill(name);
    assert.is((await result).code, code);
    assert.match((await result).output, `FAIL  ${fixture('waits')}: interrupted\n`);
    assert.match(readFileSync(log, 'utf8'), 'cleaned up');
  });
}

interruption('a killed runner takes its files along', async ({ directory, log }) => {
  const runner = startRunner([fixture('waits')], { WAITS_LOG: log, TMPDIR: directory });
  await logged(log, 'ready');
  runner.kill('SIGKILL');
  await logged(log, 'cleaned up');
});

async function logged(log: string, text: string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (readFileSync(log, 'utf8').includes(text)) return;
    await sleep(50);
  }
  throw new Error(`"${text}" was not written within 10 s`);
}

interruption.run();
