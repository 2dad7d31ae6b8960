import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Command, Result } from '../src/model/command.ts';
import { exit, type Problem } from '../src/model/problem.ts';
import { memoryHost } from '../src/transport/memory/index.ts';

const test = suite('the memory host');

const touch = (path: string): Command => ({ argv: ['touch', path] });

test('runs a batch in order, tells each result, and ends at a failure', async () => {
  const host = memoryHost();
  const told: [number, number][] = [];
  const onResult = (index: number, { code }: Result) => void told.push([index, code]);
  const results = await host.run([touch('/a'), { argv: ['false'] }, touch('/b')], { onResult });
  assert.equal(
    results.map(({ code }) => code),
    [0, 1],
  );
  assert.equal(told, [
    [0, 0],
    [1, 1],
  ]);
  assert.ok(host.state.files['/a'] && !host.state.files['/b']);
  await host.run([{ argv: ['false'] }, touch('/b')], { keepGoing: true });
  assert.ok(host.state.files['/b']);
  assert.equal(host.counts, { batches: 2, commands: 4 });
});

test('a command can be made to fail, without being done', async () => {
  const host = memoryHost();
  host.failAt(2, { code: 9, stderr: 'no space\n' });
  const results = await host.run([touch('/a'), touch('/b'), touch('/c')]);
  assert.equal(
    results.map(({ code }) => code),
    [0, 9],
  );
  assert.ok(!host.state.files['/b'] && !host.state.files['/c']);
  assert.is((await host.run([touch('/b')]))[0]?.code, 0, 'once');
});

test('a cut connection rejects as unreachable; what was done stays done, and the lock is free', async () => {
  const host = memoryHost();
  assert.is(await host.lock('first'), undefined);
  host.cutAfter(1);
  try {
    await host.run([touch('/a'), touch('/b')]);
    assert.unreachable();
  } catch (error) {
    assert.is((error as Problem).code, exit.unreachable);
  }
  assert.ok(host.state.files['/a'] && !host.state.files['/b']);
  const again = host.connect();
  assert.is(await again.lock('second'), undefined);
  assert.is((await again.run([touch('/b')]))[0]?.code, 0);
});

test('the lock is held by a session until it closes', async () => {
  const host = memoryHost();
  const other = host.connect();
  assert.is(await host.lock('run 1'), undefined);
  assert.is(await other.lock('run 2'), 'run 1');
  await host.close();
  assert.is(await other.lock('run 2'), undefined);
});

test('a signal stops it at the edge of a step', async () => {
  const host = memoryHost();
  const controller = new AbortController();
  const onResult = () => controller.abort(new Error('enough'));
  try {
    await host.run([touch('/a'), touch('/b')], { onResult, signal: controller.signal });
    assert.unreachable();
  } catch (error) {
    assert.is((error as Error).message, 'enough');
  }
  assert.ok(host.state.files['/a'] && !host.state.files['/b']);
});

test('a program comes with its package, a sysctl with its module', async () => {
  const host = memoryHost();
  const code = async (...argv: [string, ...string[]]) => (await host.run([{ argv }]))[0]?.code;
  assert.is(await code('ipvsadm', '-Sn'), 127);
  assert.is(host.state.sysctls['net/ipv4/vs/conntrack'], undefined);
  await code('modprobe', '--', 'ip_vs');
  assert.is(host.state.sysctls['net/ipv4/vs/conntrack'], '0');
  await code('modprobe', '-r', '--', 'ip_vs');
  assert.is(host.state.sysctls['net/ipv4/vs/conntrack'], undefined);
});

test('equal hosts give equal dumps, however often a file was written', async () => {
  const [one, other] = [memoryHost(), memoryHost()];
  await one.run([touch('/a'), touch('/a')]);
  await other.run([touch('/a')]);
  assert.equal(one.dump(), other.dump());
});

test.run();
