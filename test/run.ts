import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { built } from './runner/built.ts';
import { fileReport, summary } from './runner/report.ts';
import { type Outcome, runFile } from './runner/run-file.ts';
import { schedule } from './runner/schedule.ts';
import { select } from './runner/select.ts';
import type { TestFile } from './runner/test-file.ts';

/**
 * npm test -- [filter...] [--no-lab] [--all] [--list]
 *
 * Runs the files test/**\/*.test.ts, each in a process of its own; a filter is a part of a path.
 * uvu alone knows no timeout and exits 0 on several kinds of failure (test/runner/child.ts).
 */

const root = fileURLToPath(new URL('..', import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { list: { type: 'boolean' }, 'no-lab': { type: 'boolean' }, all: { type: 'boolean' } },
});
const { files, unmatched } = select(root, positionals, {
  withLab: values['no-lab'] !== true,
  all: values.all === true,
});
const interruption = new AbortController();

if (values.list) print(files.map(file => `${file.path}\n`).join(''));
else process.exitCode = built(root) ? await runAll() : 1;

async function runAll(): Promise<number> {
  let code = 0;
  for (const [name, number] of [['SIGINT', 2] as const, ['SIGTERM', 15] as const]) {
    process.on(name, () => {
      code = 128 + number;
      interruption.abort();
    });
  }
  for (const filter of unmatched) print(`no test file matches ${filter}\n`);
  const outcomes: Outcome[] = [];
  await schedule(files, availableParallelism(), async file => {
    if (!interruption.signal.aborted) outcomes.push(await ran(file));
  });
  print(summary(outcomes));
  const good = unmatched.length === 0 && outcomes.length > 0 && outcomes.every(({ failed }) => failed === 0);
  return code === 0 && !good ? 1 : code;
}

async function ran(file: TestFile): Promise<Outcome> {
  const outcome = await runFile(root, file, interruption.signal);
  print(fileReport(outcome));
  return outcome;
}

function print(text: string): void {
  process.stdout.write(text);
}
