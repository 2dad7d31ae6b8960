import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Tally } from './tally.ts';

/**
 * Runs one file of tests in this process and sends its tally to the runner. uvu's own start is put
 * off (UVU_DEFER, as its command line does), so that the counts come from what its suites return:
 * its exit code and the summary it prints both say nothing of a `before` that threw.
 */

type Suite = () => Promise<[errors: string | boolean, passed: number, skipped: number, total: number]>;

const [node = process.execPath, , path = ''] = process.argv;
const file = resolve(path);
process.argv = [node, file];

endWithRunner();
const suites: (Suite | null)[] = [null];
Object.assign(globalThis, { UVU_DEFER: 1, UVU_INDEX: 0, UVU_QUEUE: [suites] });
const { exec } = await import('uvu');
await import(pathToFileURL(file).href);

let tally: Tally = { passed: 0, skipped: 0, total: 0 };
for (const [index, suite] of suites.entries()) if (suite !== null) suites[index] = counted(suite);
await exec();
await new Promise(sent => process.send?.(tally, sent));

function counted(suite: Suite): Suite {
  return async () => {
    const result = await suite();
    const [, passed, skipped, total] = result;
    tally = {
      passed: tally.passed + passed,
      skipped: tally.skipped + skipped,
      total: tally.total + total,
    };
    return result;
  };
}

/** A runner that was killed cannot end its children; the closing of the channel can. */
function endWithRunner(): void {
  process.on('disconnect', () => process.kill(-process.pid, 'SIGTERM'));
  process.channel?.unref();
}
