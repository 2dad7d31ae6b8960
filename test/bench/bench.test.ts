// timeout: 300 s
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cannotRunSshd, unless } from '../transport/sshd.ts';
import type { Figures, Wanted } from './figures.ts';
import { samplesOf } from './figures.ts';
import { unfit } from './machine.ts';
import { help } from './options.ts';

/** The benchmark in its smallest form: it works, and what it counts is right. Nothing here depends on how long it takes. */
const test = suite<{ folder: string }>('benchmark');
const possible = unless(unfit() ?? cannotRunSshd(), test);
const main = new URL('main.ts', import.meta.url).pathname;

test.before(context => {
  context.folder = mkdtempSync(join(tmpdir(), 'lvsform-test-bench-'));
});

test.after(({ folder }) => {
  rmSync(folder, { recursive: true, force: true });
});

function start(folder: string, ...args: readonly string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', main, '--sources', '--no-install', ...args], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { out: '', err: '' };
  child.stdout.on('data', chunk => {
    said.out += chunk;
  });
  child.stderr.on('data', chunk => {
    said.err += chunk;
  });
  const ended = new Promise<number | null>(resolve => child.once('close', resolve));
  return { child, said, ended };
}

/** Command lines of this machine's processes that name a folder. */
function processesOf(folder: string): readonly string[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name) && name !== `${process.pid}`)
    .map(pid => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      } catch {
        return '';
      }
    })
    .filter(line => line.includes(folder));
}

possible('counts logins, sessions, round trips and changes of each tool', async ({ folder }) => {
  const file = join(folder, 'figures.json');
  // On a machine that is too busy for a minute to be enough, the other tools are left out.
  const run = start(
    folder,
    '--quick',
    '--minutes',
    '1',
    '--sizes',
    '2',
    '--runs',
    '1',
    '--part',
    'fleet',
    '--json',
    file,
  );
  assert.is(await run.ended, 0, run.said.err);
  const figures = JSON.parse(readFileSync(file, 'utf8')) as Figures;
  const counted = (wanted: Wanted) =>
    samplesOf(figures, wanted).map(({ logins, sessions, changed }) => ({ logins, sessions, changed }));

  const once = { logins: 2, sessions: 2 };
  assert.equal(counted({ part: 'fleet', tool: 'ssh' }), [{ ...once, changed: 0 }]);
  assert.equal(counted({ part: 'fleet', tool: 'lvsform' }), [
    { ...once, changed: 60 },
    { ...once, changed: 0 },
    { ...once, changed: 2 },
    { ...once, changed: 2 },
  ]);
  for (const sample of samplesOf(figures, { part: 'fleet', tool: 'ansible' })) {
    assert.is(sample.changed, 0);
    assert.is(sample.logins, 2);
    assert.ok(sample.sessions >= 2 * 30, `${sample.sessions} sessions`);
  }
  for (const { wall, cpu } of figures.samples) assert.ok(wall > 0 && cpu > 0 && cpu < 2 * 60 * wall);
  assert.match(run.said.out, '| figure');
  assert.equal(processesOf(folder), []);
  assert.equal(
    readdirSync(folder).filter(name => name.startsWith('lvsform-bench-')),
    [],
  );
});

possible('counts the round trips of a host that is far away', async ({ folder }) => {
  const file = join(folder, 'figures.json');
  const run = start(folder, '--quick', '--runs', '1', '--no-peers', '--part', 'far', '--json', file);
  assert.is(await run.ended, 0, run.said.err);
  const figures = JSON.parse(readFileSync(file, 'utf8')) as Figures;
  const [again, ...more] = samplesOf(figures, { part: 'far', tool: 'lvsform', scenario: 'again' });
  assert.equal(more, []);
  const trips = again?.roundTrips ?? 0;
  assert.ok(trips >= 4 && trips <= 11, `${trips} round trips`);
});

possible('ends what it started, also where it is killed', async ({ folder }) => {
  const run = start(folder, '--sizes', '3', '--no-peers', '--part', 'fleet');
  while (!run.said.err.includes('fleet  ')) {
    assert.is(run.child.exitCode, null, run.said.err);
    await sleep(50);
  }
  assert.ok(processesOf(folder).length >= 3);
  run.child.kill('SIGKILL');
  await run.ended;
  for (let turn = 0; turn < 200 && processesOf(folder).length > 0; turn += 1) await sleep(50);
  assert.equal(processesOf(folder), []);
});

test('explains its options, and refuses what it does not know', async ({ folder }) => {
  const told = start(folder, '--help');
  assert.is(await told.ended, 0);
  assert.is(told.said.out, help);
  const refused = start(folder, '--part', 'nonsense');
  assert.is(await refused.ended, 64);
  assert.match(refused.said.err, 'there is no part nonsense');
});

test.run();
