import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Command, type Result, script, takesInput } from '../../src/model/command.ts';
import { Problem } from '../../src/model/problem.ts';
import { addresses, addressKey } from '../../src/probes/addresses.ts';
import { files } from '../../src/probes/files.ts';
import { modules } from '../../src/probes/modules.ts';
import { packages } from '../../src/probes/packages.ts';
import { sysctls } from '../../src/probes/sysctls.ts';
import { batchText } from '../../src/transport/batch.ts';
import { bootstrap, parcel } from '../../src/transport/bootstrap.ts';
import { chatter, isInstalled, LocalSession, localShell, shells } from './local-shell.ts';
import { family, unless } from './sshd.ts';

// The batch's text, the program on the host and the reader of its output, against real shells.
const batch = suite('batch');
const asRoot = unless(process.getuid?.() === 0 ? undefined : 'a session is root or nothing', batch);
let folder = '';
let open: LocalSession[] = [];

batch.before.each(() => {
  folder = mkdtempSync(join(tmpdir(), 'lvsform-batch-'));
});
batch.after.each(() => {
  for (const session of open) session.cut();
  open = [];
  rmSync(folder, { recursive: true, force: true });
});

function session(...args: ConstructorParameters<typeof LocalSession>): LocalSession {
  const made = new LocalSession(...args);
  open.push(made);
  return made;
}

function sh(text: string, ...args: readonly string[]): Command {
  return { argv: ['sh', '-c', text, 'test', ...args] };
}

const touch = (name: string): Command => ({ argv: ['touch', join(folder, name)] });
const made = () => readdirSync(folder).sort();
const word = fc.string({ unit: 'grapheme', maxLength: 40 }).filter(text => !text.includes('\0'));
const odd = fc.constantFrom("'", '\\', '!', '\n', '$(reboot)', '"', '-n', '%s', '\x01', '\x1e', '*', '');
const text = fc.array(fc.oneof(word, odd), { maxLength: 5 }).map(parts => parts.join(''));

/** A command that shows its arguments and its standard input, and what should come back. */
const show = 'c=$1 e=$2; shift 2; printf "%s|" "$@"; cat; printf %s "$e" >&2; exit "$c"';
/** The same by a script of lvsform's own; its end goes by a trap, and options and variables are its alone. */
const showOwn = `${takesInput}set -u -C
trap 'printf %s "$e" >&2; exit "$c"' EXIT
c=$1 e=$2; shift 2; printf "%s|" "$@"; given; m=gone w=gone n=gone s=gone
e() { :; } # a comment ends it`;
const shown = fc
  .record({
    args: fc.array(text, { maxLength: 4 }),
    stdin: text,
    code: fc.nat({ max: 255 }),
    err: text,
    own: fc.boolean(),
  })
  .map(({ args, stdin, code, err, own }) => ({
    command: {
      argv: own
        ? script('show', showOwn, `${code}`, err, ...args)
        : ['sh', '-c', show, 'x', `${code}`, err, ...args],
      stdin,
    } satisfies Command,
    result: {
      code,
      stdout: `${args.length === 0 ? '|' : args.map(arg => `${arg}|`).join('')}${stdin}`,
      stderr: err,
    },
  }));

for (const inner of shells) {
  asRoot(
    `with ${inner.join(' ')} for sh, any arguments, input, output and code come back as they are`,
    async () => {
      const one = session(['sh'], inner);
      let runs = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(shown, { minLength: 1, maxLength: 6 }), async cases => {
          // It looks at first, then acts, and then does both.
          runs += 1;
          const results = await one.run(
            cases.map(({ command }) => command),
            { keepGoing: true, reads: runs < 5 || runs % 3 === 0 },
          );
          assert.equal(
            results,
            cases.map(({ result }) => result),
          );
        }),
        { numRuns: 15 },
      );
      // The first batch may have been one that cannot ride in the command line, so here is one that does.
      for (const reads of [false, true]) {
        const results = await session(['sh'], inner).run([{ argv: ['printf', '%s', "it's\n"], stdin: 'x' }], {
          reads,
        });
        assert.equal(results, [{ code: 0, stdout: "it's\n", stderr: '' }]);
      }
    },
  );
}

for (const login of [['bash'], ['zsh'], ['fish'], ['tcsh'], ['busybox', 'sh']] as const) {
  if (!isInstalled(login[0])) continue;
  asRoot(`a user whose login shell is ${login.join(' ')} is served`, async () => {
    const results = await session(login).run([
      { argv: ['cat'], stdin: "a 'quoted' line!\n\\n\n" },
      { argv: ['printf', '%s', 'two\nlines'] },
    ]);
    assert.equal(
      results.map(({ stdout }) => stdout),
      ["a 'quoted' line!\n\\n\n", 'two\nlines'],
    );
  });
}

asRoot('argv goes to the program of that name, never to a builtin of the shell', async () => {
  const results = await session().run(
    [
      { argv: ['echo', 'a\\nb'] },
      { argv: ['cd', '/'] },
      { argv: ['exit', '7'] },
      { argv: ['A=1'] },
      { argv: ['return'] },
      { argv: ['no such program'] },
    ],
    { keepGoing: true },
  );
  assert.equal(
    results.map(({ code }) => code),
    [0, 127, 127, 127, 127, 127],
  );
  assert.is(results[0]?.stdout, 'a\\nb\n');
});

asRoot('a batch ends with the first command that fails, unless it is to go on', async () => {
  const commands = [touch('1'), sh('exit 3'), touch('2')];
  const seen: (readonly [number, Result])[] = [];
  const one = session();
  const results = await one.run(commands, { onResult: (index, result) => seen.push([index, result]) });
  assert.equal(
    results.map(({ code }) => code),
    [0, 3],
  );
  assert.equal(seen, [...results.entries()]);
  assert.equal(made(), ['1']);
  assert.equal(
    (await one.run(commands, { keepGoing: true })).map(({ code }) => code),
    [0, 3, 0],
  );
  assert.equal(made(), ['1', '2']);
  assert.equal(await one.run([]), []);
});

asRoot(
  'a script of lvsform is no process of its own; what a user gives to sh -c is, whatever it says',
  async () => {
    const own = script('own', 'echo "$0"');
    const results = await session().run(
      [{ argv: own }, { argv: [...own] }, sh('if then'), sh('}'), { argv: own }],
      { keepGoing: true },
    );
    assert.equal(
      results.map(({ stdout }) => stdout),
      ['lvsform\n', 'own\n', '', '', 'lvsform\n'],
    );
    assert.equal(
      results.map(({ code }) => code === 0),
      [true, true, false, false, true],
    );
  },
);

asRoot('a program that a signal ends gives 128 + n', async () => {
  const [result] = await session().run([sh('kill -9 $$')]);
  assert.is(result?.code, 137);
});

asRoot('commands know English and the sbin folders, and neither lock nor input of the session', async () => {
  const [result] = await session().run([
    sh('echo "$LC_ALL $PATH"; pwd; umask; cat; ls /proc/self/fd | grep ^.$'),
  ]);
  const [first = '', ...rest] = result?.stdout.split('\n') ?? [];
  assert.match(first, /^C .*:\/usr\/sbin:\/sbin$/);
  assert.equal(rest, ['/', '0022', '0', '1', '2', '3', '']);
});

asRoot('a text that was cut runs nothing at all, wherever it was cut', async () => {
  const own = { argv: script('touch', ': >"$1"', join(folder, '2')) };
  const commands = [touch('1'), { argv: ['cat'], stdin: 'x'.repeat(200) } as const, own];
  const whole = parcel(batchText(commands));
  for (let length = 0; length < whole.length; length += 7) {
    const line = bootstrap('hello') ?? '';
    const out = spawnSync('sh', ['-c', line], { input: whole.slice(0, length), encoding: 'utf8' });
    assert.match(out.stdout, /^hello \S+ 0\n$/);
    assert.equal(made(), [], `cut after ${length} of ${whole.length} bytes`);
  }
  spawnSync('sh', ['-c', bootstrap('hello') ?? ''], { input: whole });
  // The end of the input is also the client gone, so how far this one comes is a matter of time.
  assert.is(made()[0], '1');
});

asRoot('a secret is in no process, not even while the command runs', async () => {
  const secret = 'hunter2-correct-horse';
  const look = (over: Partial<Command>): Command => ({
    argv: ['sh', '-c', 'grep -lzFf - /proc/[0-9]*/cmdline'],
    stdin: secret,
    ...over,
  });
  const [hidden] = await session().run([look({ secret: true })]);
  assert.equal(hidden?.stdout, '');
  const one = session();
  await one.run([touch('1')]);
  assert.is((await one.run([look({})]))[0]?.stdout, '', 'later batches go by stdin, secret or not');
  const [shows] = await session().run([look({})]);
  assert.match(shows?.stdout ?? '', /cmdline/, 'this very test sees what rides in the command line');
});

asRoot('the first batch rides in the command line if it may', async () => {
  const riding = session();
  await riding.run([touch('1')]);
  assert.equal(riding.stats, { logins: 0, execs: 1, batches: 1, roundTrips: 2 });
  await riding.run([touch('2')]);
  assert.is(riding.stats.roundTrips, 3);
  const large = session();
  const [result] = await large.run([{ argv: ['wc', '-c'], stdin: 'é'.repeat(500_000) }]);
  assert.is(result?.stdout.trim(), '1000000');
});

/** How many processes a session has come to in all, its second batch first: in a namespace of its own the next number is the count. */
async function processes(first: readonly Command[], reads = false): Promise<number> {
  const one = session(['sh'], ['sh'], {
    start: line =>
      Promise.resolve(localShell('unshare', ['--pid', '--fork', '--mount-proc', 'sh', '-c', line])),
  });
  const results = await one.run(first, { keepGoing: true, reads });
  assert.is(results.length, first.length);
  // What the session forks to read its input is there once a batch has come by that way.
  const [last] = await one.run([{ argv: ['sh', '-c', 'echo "$$"'] }], { reads });
  return Number(last?.stdout);
}

asRoot('a session forks little of its own, and a batch once a command', async () => {
  const one = await processes([touch('1')]);
  assert.is((await processes([touch('1'), touch('2'), touch('3')])) - one, 2);
  // Two relays, who reads the connection and says so, the loop and two above it; then head, and the two commands.
  assert.ok(one <= 11, `${one} processes`);
});

asRoot('a session that only looks is one process: its shell', async () => {
  const one = await processes([touch('1')], true);
  assert.is((await processes([touch('1'), touch('2'), touch('3')], true)) - one, 2);
  // The shell, head, and the two commands.
  assert.is(one, 4);
});

asRoot('a read of thirty resources forks as often as one of three', async () => {
  const read = (count: number) => {
    const keys = <T>(key: (n: number) => T) => Array.from({ length: count }, (_, n) => key(n));
    for (const name of keys(String)) writeFileSync(join(folder, name), name);
    return [
      files.script(keys(n => join(folder, String(n)))),
      sysctls.script(keys(n => `net.ipv4.conf.lo.no_such_key_${n}`)),
      modules.script(keys(n => `no_such_module_${n}`)),
      addresses.script(keys(n => addressKey('lo', `127.0.0.${n + 1}/8`))),
      packages.script(keys(n => `no-such-package-${n}`)),
    ].map((argv): Command => ({ argv, secret: true }));
  };
  assert.is(await processes(read(30)), await processes(read(3)));
});

asRoot('batches that are asked for at once run one after the other', async () => {
  const one = session();
  const results = await Promise.all([1, 2, 3, 4].map(n => one.run([sh('sleep 0.02; echo "$1"', `${n}`)])));
  assert.equal(
    results.flat().map(({ stdout }) => stdout),
    ['1\n', '2\n', '3\n', '4\n'],
  );
});

asRoot('50 MB on both outputs at once, and bytes that are no UTF-8', async () => {
  const [big, broken] = await session().run([
    sh('head -c 50000000 /dev/zero & head -c 50000000 /dev/zero >&2; wait'),
    sh('printf "a\\377\\376b"'),
  ]);
  assert.is(big?.stdout.length, 50_000_000);
  assert.is(big?.stderr.length, 50_000_000);
  assert.is(broken?.stdout, 'a\uFFFD\uFFFDb');
});

asRoot('a daemon that keeps the outputs open holds nothing up', async () => {
  const one = session();
  const [result] = await one.run([sh('sleep 2 & echo "$!"')]);
  assert.match(result?.stdout ?? '', /^\d+\n$/);
  assert.is((await one.run([{ argv: ['echo', 'next'] }]))[0]?.stdout, 'next\n');
  process.kill(Number(result?.stdout), 'SIGKILL');
});

asRoot(
  'a signal lets the command that runs finish, starts no other, and rejects with its reason',
  async () => {
    const one = session();
    const stop = new AbortController();
    const done: number[] = [];
    setTimeout(() => stop.abort(new Error('Ctrl-C')), 100);
    const commands = [sh('sleep 0.3; touch "$1/1"', folder), touch('2')];
    const run = one.run(commands, { signal: stop.signal, onResult: index => done.push(index) });
    assert.is(await rejection(run, Error), 'Ctrl-C');
    assert.equal(made(), ['1']);
    assert.equal(done, [0]);
    assert.is(await rejection(one.run([touch('3')]), Error), 'Ctrl-C');
    const never = session();
    assert.is(
      await rejection(never.run([touch('4')], { signal: AbortSignal.abort(new Error('no')) }), Error),
      'no',
    );
    assert.equal(made(), ['1']);
  },
);

asRoot(
  'when the connection goes, the command that runs finishes, although nobody reads it, and is the last',
  async () => {
    const shell = new Promise<ReturnType<typeof localShell>>(resolve => {
      const start = (line: string) => {
        const started = localShell('sh', ['-c', line]);
        resolve(started);
        return Promise.resolve(started);
      };
      const one = session(['sh'], ['sh'], { start });
      // The writer is the shell itself: it would not outlive a SIGPIPE.
      const noisy = sh(`touch "$1/begun"; sleep 0.2; ${chatter}; touch "$1/1"`, folder);
      one.run([touch('0'), noisy, touch('2')]).catch(() => undefined);
    });
    while (!existsSync(join(folder, 'begun'))) await sleep(5);
    (await shell).destroy();
    const deadline = Date.now() + 10_000;
    while (existsSync(`/proc/${(await shell).pid}`) && Date.now() < deadline) await sleep(20);
    assert.not.ok(existsSync(`/proc/${(await shell).pid}`), 'the session has ended');
    assert.equal([...made()].sort(), ['0', '1', 'begun']);
  },
);

asRoot('a session that is cut off while it looks ends', async () => {
  let shell: ReturnType<typeof localShell> | undefined;
  const start = (line: string) => {
    shell = localShell('sh', ['-c', line]);
    return Promise.resolve(shell);
  };
  const one = session(['sh'], ['sh'], { start });
  one.run([touch('begun'), sh('sleep 0.3'), sh(chatter)], { reads: true }).catch(() => undefined);
  while (!existsSync(join(folder, 'begun'))) await sleep(5);
  shell?.destroy();
  const deadline = Date.now() + 10_000;
  while (existsSync(`/proc/${shell?.pid}`) && Date.now() < deadline) await sleep(20);
  assert.not.ok(existsSync(`/proc/${shell?.pid}`), 'the session has ended');
});

asRoot('who reads a batch does not hold the lock: it may outlive the shell by hours', async () => {
  let pid = 0;
  let writeHalf = () => false;
  const start = (line: string) => {
    // The lock is a file of the whole host: here the host is a mount namespace.
    const shell = localShell('unshare', ['--mount', 'sh', '-c', `mount -t tmpfs tmpfs /run; ${line}`]);
    pid = shell.pid;
    writeHalf = () => shell.stdin.write(parcel(batchText([touch('1')])).slice(0, -3));
    return Promise.resolve(shell);
  };
  await session(['sh'], ['sh'], { start }).run([], { lock: 'me', reads: true });
  assert.ok(existsSync(`/proc/${pid}/fd/9`), 'the shell holds it');
  writeHalf();
  const reader = () =>
    family(pid).find(each => readFileSync(`/proc/${each}/comm`, 'utf8') === 'head\n' && each !== pid);
  while (reader() === undefined) await sleep(5);
  assert.not.ok(existsSync(`/proc/${reader()}/fd/9`));
});

asRoot('a session whose shell is killed says so instead of hanging', async () => {
  const one = session();
  // The loop is the grandparent of the command: ( exec ... ) is its child.
  const run = one.run([touch('1'), sh('kill -9 "$PPID"; sleep 0.1'), touch('2')]);
  assert.match(await rejection(run, Problem), /connection was lost/);
  assert.equal(made(), ['1']);
});

asRoot('a login shell that is none, or that says no, is a Problem with its words', async () => {
  const nologin = session(['sh'], ['sh'], {
    start: () =>
      Promise.resolve(localShell('sh', ['-c', 'echo This account is currently not available.; exit 1'])),
  });
  const error = await nologin.run([touch('1')]).catch((reason: unknown) => reason);
  assert.ok(error instanceof Problem);
  assert.match(error.why ?? '', /code 1 .*This account is currently not available/);
  const silent = session(['sh'], ['sh'], {
    patience: 200,
    start: () => Promise.resolve(localShell('sh', ['-c', 'echo Menu; cat >/dev/null'])),
  });
  const slow = await silent.run([touch('1')]).catch((reason: unknown) => reason);
  assert.ok(slow instanceof Problem);
  assert.match(slow.why ?? '', /no shell within 0.2 s .*Menu/);
});

asRoot('what onResult throws rejects the run and nothing else', async () => {
  const boom = () => {
    throw new Error('boom');
  };
  assert.is(await rejection(session().run([touch('1'), touch('2')], { onResult: boom }), Error), 'boom');
});

asRoot('a host without flock is a Problem that says so', async () => {
  for (const tool of ['sh', 'id', 'tr', 'head', 'cat', 'tee']) {
    symlinkSync(
      spawnSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).stdout.trim(),
      join(folder, tool),
    );
  }
  writeFileSync(join(folder, 'empty'), '');
  const start = (line: string) =>
    Promise.resolve(
      localShell('/bin/sh', [
        '-c',
        `PATH=${folder}; ${line.replaceAll(':/usr/local/sbin:/usr/sbin:/sbin', '')}`,
      ]),
    );
  const one = session(['sh'], ['sh'], { start });
  const error = await one.lock('me').catch((reason: unknown) => reason);
  assert.ok(error instanceof Problem);
  assert.match(error.why ?? '', /flock is not installed/);
});

async function rejection(run: Promise<unknown>, kind: typeof Error | typeof Problem): Promise<string> {
  const error = await run.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof kind, String(error));
  return (error as Error).message;
}

batch.run();
