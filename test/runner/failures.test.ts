import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fixture, type RunnerResult, runRunner } from './run-runner.ts';

const failures = suite('a file fails if', { result: {} as RunnerResult });

const reasons: Record<string, string> = {
  fails: '1 of 2 failed',
  'second-suite-fails': '2 of 3 failed, and uvu hides why',
  'before-throws': '1 of 1 failed, and uvu hides why',
  'after-throws': 'ended with code 1 before its tests were over',
  'no-run': 'no test ran',
  'no-import': 'ended with code 1 before its tests were over',
  'exits-early': 'ended with code 1 before its tests were over',
  'rejects-later': 'ended with code 1, although its tests passed',
  'never-settles': 'ended with code 13 before its tests were over',
  'stays-open': 'timed out after 2 s; its tests were over, but something kept it alive',
  'ignores-sigterm': 'timed out after 1 s',
  'cleans-up': 'timed out after 2 s',
  'leaves-child': '1 of 1 failed',
};

failures.before(async context => {
  context.result = await runRunner(...Object.keys(reasons).map(fixture));
});

for (const [name, reason] of Object.entries(reasons)) {
  failures(`${name}: ${reason}`, ({ result }) => {
    const line = result.output.split('\n').find(line => line.startsWith(`FAIL  ${fixture(name)}  `));
    assert.match(line ?? 'no line', reason);
  });
}

failures('and its whole output is shown', ({ result }) => {
  assert.match(result.output, '"compares"\n    one is not two');
});

failures('and what it started is ended, but may clean up first', ({ result }) => {
  assert.is(result.output.match(/^cleaned up$/gm)?.length, 2);
});

failures('and the last line counts it', ({ result }) => {
  assert.is(result.code, 1);
  assert.is(result.lastLine, '4 passed, 14 failed');
});

failures.run();

const alone = suite('exit code');

alone('is 1 for a failure that uvu itself passes over', async () => {
  const { code, lastLine } = await runRunner(fixture('before-throws'));
  assert.equal([code, lastLine], [1, '0 passed, 1 failed']);
});

alone('is 0 if all passed, summed over suites, whatever a test prints', async () => {
  const { code, output, lastLine } = await runRunner(fixture('passes'), fixture('all-skipped'));
  assert.equal([code, lastLine], [0, '2 passed, 0 failed, 2 skipped']);
  assert.match(
    output,
    /^ok {4}test\/runner\/fixtures\/passes\.fixture\.ts {2}2 passed, 1 skipped {2}\d\.\d s$/m,
  );
  assert.not.match(output, 'Total:');
});

alone.run();
