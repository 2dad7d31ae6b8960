// timeout: 120 s
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ledgerProbe } from '../../src/engine/ledger.ts';
import {
  arm,
  clear,
  confirm,
  firedCode,
  mark,
  type TimedUndo,
  undoDirectory,
} from '../../src/engine/timed-undo.ts';
import type { Change } from '../../src/model/change.ts';
import type { Command } from '../../src/model/command.ts';
import { batchText } from '../../src/transport/batch.ts';
import { shells } from '../probes/real-sh.ts';

/** The watchdog's scripts, run for real. */
const timed = suite('the watchdog');

const place = mkdtempSync(join(tmpdir(), 'lvsform-undo-'));
timed.after(() => rmSync(place, { recursive: true, force: true }));

const plain = ['/bin/sh'];
let count = 0;
function folder(): string {
  count += 1;
  return join(place, `host ${count}`);
}

/** The command with its directory in a place of the test's. */
function at(home: string, { argv, ...rest }: Command): Command {
  const moved = argv.map(word => (word === undoDirectory ? join(home, 'undo') : word));
  return { ...rest, argv: [argv[0], ...moved.slice(1)] };
}

function run(shell: readonly string[], home: string, command: Command) {
  const { argv, stdin = '' } = at(home, command);
  const [program = 'sh', ...words] = [...shell, ...argv.slice(1)];
  const env = { ...process.env, PATH: `${shellFolder(shell)}:${process.env['PATH']}` };
  const { status, stdout, stderr } = spawnSync(program, words, { input: stdin, encoding: 'utf8', env });
  return { code: status ?? -1, stdout, stderr };
}

/** A folder in which `sh`, by which the watchdog starts, is this shell. */
function shellFolder(shell: readonly string[]): string {
  const path = join(place, shell.join(' ').replaceAll('/', '_'));
  if (!existsSync(path)) {
    mkdirSync(path);
    writeFileSync(join(path, 'sh'), `#!/bin/sh\nexec ${shell.join(' ')} "$@"\n`, { mode: 0o755 });
  }
  return path;
}

const change = (address: string, ...undo: readonly Command[]): Change => ({
  address,
  action: 'create',
  steps: [],
  undo,
});

const write = (path: string, text: string): Command => ({ argv: ['tee', '-a', path], stdin: text });

function seen(home: string): TimedUndo | undefined {
  const argv = ledgerProbe.script([]);
  const moved = argv.map(word =>
    word === undoDirectory
      ? join(home, 'undo')
      : word.replace(/^\/var\/lib\/lvsform\/ledger/, join(home, 'ledger')),
  );
  const stdout = execFileSync('sh', moved.slice(1), { encoding: 'utf8' });
  return ledgerProbe.parse({ code: 0, stdout, stderr: '' }, ['ledger']).get('ledger')?.undo;
}

async function until(what: () => boolean, seconds: number): Promise<number> {
  const since = performance.now();
  while (!what()) {
    if (performance.now() - since > seconds * 1000) throw new Error(`not within ${seconds} s: ${what}`);
    await sleep(100);
  }
  return (performance.now() - since) / 1000;
}

/** Watchdogs of a folder that still run. */
const watchdogs = (home: string): readonly string[] =>
  readdirSync('/proc').filter(pid => {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      return words.includes('lvsform-undo') && words.includes(join(home, 'undo'));
    } catch {
      return false;
    }
  });

for (const shell of shells) {
  const name = shell.join(' ');

  timed(`${name}: what was begun is undone in reverse, once, and not before its time`, async () => {
    const home = folder();
    const log = join(place, `log ${count}`);
    const odd = "it's $(touch x) `y` \\ \n";
    assert.is(
      run(
        shell,
        home,
        arm(
          [
            change('address/a', write(log, 'a\n')),
            change('address/b', write(log, odd), write(log, 'b\n')),
            change('route/c', write(log, 'c\n')),
          ],
          4,
        ),
      ).code,
      0,
    );
    assert.is(statSync(join(home, 'undo')).mode & 0o777, 0o700);
    assert.is(statSync(join(home, 'undo', 'steps')).mode & 0o777, 0o600);
    assert.is(run(shell, home, mark(0)).code, 0);
    await sleep(2500);
    assert.is(run(shell, home, mark(1)).code, 0, 'each change starts the time anew');
    const state = seen(home);
    assert.equal([state?.state, state?.changes], ['armed', ['address/a', 'address/b']]);
    const took = await until(() => seen(home)?.state === 'fired', 12);
    assert.ok(took > 1.9 && took < 9, `${took} s`);
    assert.is(readFileSync(log, 'utf8'), `${odd}b\na\n`);
    assert.is(seen(home)?.failed, 0);
    const late = run(shell, home, mark(2));
    assert.is(late.code, 1);
    assert.match(late.stderr, 'not confirmed in time');
    assert.is(run(shell, home, confirm()).code, firedCode);
    assert.is(run(shell, home, clear(false)).code, 0);
    assert.is(seen(home), undefined);
  });

  timed(`${name}: confirmed, it ends and leaves nothing`, async () => {
    const home = folder();
    const log = join(place, `log ${count}`);
    assert.is(run(shell, home, arm([change('address/a', write(log, 'a\n'))], 5)).code, 0);
    assert.is(run(shell, home, mark(0)).code, 0);
    assert.is(run(shell, home, mark(undefined)).code, 0);
    assert.is(run(shell, home, arm([], 2)).code, 1, 'nothing is armed in its place');
    assert.is(run(shell, home, confirm()).code, 0);
    await until(() => watchdogs(home).length === 0, 6);
    assert.not.ok(existsSync(log));
    assert.equal(readdirSync(home), []);
    assert.is(run(shell, home, confirm()).code, 0, 'again, where the answer was lost');
  });
}

timed('a step that fails keeps no other from being undone, and is counted', async () => {
  const home = folder();
  const log = join(place, `log ${count}`);
  const changes = [
    change('address/a', write(log, 'a\n')),
    change('address/b', { argv: ['false'] }, write(log, 'b\n')),
  ];
  run(plain, home, arm(changes, 1));
  run(plain, home, mark(0));
  run(plain, home, mark(1));
  await until(() => seen(home)?.state === 'fired', 12);
  assert.is(readFileSync(log, 'utf8'), 'b\na\n');
  assert.is(seen(home)?.failed, 1);
});

timed('it outlives the session that started it, and holds neither its pipes nor its lock', async () => {
  const home = folder();
  const log = join(place, `log ${count}`);
  const lock = join(place, 'lock');
  const secret = `c4n4ry${process.pid}`;
  const batch = batchText([
    at(home, arm([change('address/a', write(log, secret))], 5)),
    at(home, mark(0)),
    { argv: ['sleep', '60'] },
  ]);
  const text = `m=x; e() { echo "edge $1 $2"; [ "$2" = 0 ]; }\nexec 9>"$1"; flock 9\n${batch}\nb\n`;
  const session: ChildProcess = spawn('sh', ['-c', text, 'session', lock], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  session.stdout?.on('data', (chunk: Buffer) => {
    said += chunk;
  });
  await until(() => said.includes('edge 1 0'), 5);
  const [watchdog] = watchdogs(home);
  const arguments_ = readFileSync(`/proc/${watchdog}/cmdline`, 'utf8');
  assert.not.match(arguments_, secret);
  const closed = new Promise(resolve => session.once('close', resolve));
  process.kill(-(session.pid ?? 0), 'SIGKILL');
  await closed;
  assert.is(spawnSync('flock', ['-n', lock, 'true']).status, 0, 'the lock is free');
  await until(() => existsSync(log), 12);
  assert.is(readFileSync(log, 'utf8'), secret);
});

timed('a host that was booted since has nothing to undo any more', () => {
  const home = folder();
  run(plain, home, arm([change('address/a', { argv: ['true'] })], 30));
  run(plain, home, mark(0));
  writeFileSync(join(home, 'undo', 'armed'), 'another-boot 30 5\n');
  assert.is(seen(home)?.state, 'lapsed');
  assert.is(run(plain, home, clear(false)).code, 0);
  assert.is(seen(home), undefined);
});

timed.run();
