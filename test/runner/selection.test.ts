import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fixture, runRunner } from './run-runner.ts';

test('lists the test files and no fixtures', async () => {
  const { code, output } = await runRunner('--list');
  assert.is(code, 0);
  assert.match(output, /^test\/runner\/selection\.test\.ts$/m);
  assert.not.match(output, '.fixture.');
});

test('takes a filter as a part of a path', async () => {
  const { output } = await runRunner('--list', 'runner/sel');
  assert.is(output, 'test/runner/selection.test.ts\n');
});

test('leaves out the lab, also where a file outside test/lab/ needs it', async () => {
  const { output } = await runRunner('--list', '--no-lab', fixture('lab'), fixture('passes'));
  assert.is(output, `${fixture('passes')}\n`);
});

test('leaves out what waits to be asked for, unless --all or a filter asks', async () => {
  const usual = await runRunner('--list');
  const all = await runRunner('--list', '--all');
  const [asked] = all.output.split('\n').filter(path => !usual.output.includes(path));
  assert.match(asked ?? '', /^test\/lab\//);
  const named = await runRunner('--list', asked ?? '');
  assert.is(named.output, `${asked}\n`);
});

test('fails if a filter matches nothing', async () => {
  const { code, output, lastLine } = await runRunner(fixture('lab'), 'no such file');
  assert.is(code, 1);
  assert.match(output, 'no test file matches no such file');
  assert.is(lastLine, '1 passed, 0 failed');
});

test.run();
