// timeout: 120 s
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Problem } from '../../src/model/problem.ts';
import { connector } from '../../src/transport/index.ts';
import { chatter } from './local-shell.ts';
import { cannotRunSshd, family, type Sshd, startSshd, unless } from './sshd.ts';

// Sessions over a real sshd.
const ssh = suite('ssh');
const real = unless(cannotRunSshd(), ssh);
let sshd: Sshd;
const connections = connector({ home: '/nonexistent', agent: '' });

ssh.before(async () => {
  if (cannotRunSshd() === undefined)
    sshd = await startSshd({ bashrc: noise, config: ['ClientAliveInterval 60'] });
});
ssh.after(async () => {
  await connections.close();
  await sshd?.stop();
});

const noise =
  'echo "Welcome to $(hostname)"; echo "tip of the day" >&2; printf "no newline"; cd /tmp; set -u\n';

real('a login, a batch, another batch; a .bashrc that prints is no matter', async () => {
  const host = await connections.connect(sshd.settings());
  const results = await host.run([
    { argv: ['id', '-u'] },
    { argv: ['cat'], stdin: 'é\n' },
    { argv: ['sh', '-c', 'echo no >&2; exit 3'] },
    { argv: ['id', '-u'] },
  ]);
  assert.equal(results, [
    { code: 0, stdout: '0\n', stderr: '' },
    { code: 0, stdout: 'é\n', stderr: '' },
    { code: 3, stdout: '', stderr: 'no\n' },
  ]);
  assert.equal(host.stats, { logins: 1, execs: 1, batches: 1, roundTrips: 2 });
  await host.run([{ argv: ['true'] }], {});
  assert.equal(host.stats, { logins: 1, execs: 1, batches: 2, roundTrips: 3 });
  await host.close();
  const error = await host.run([{ argv: ['true'] }]).catch((reason: unknown) => reason);
  assert.ok(error instanceof Problem && error.code === 4);
});

real('sshd signs for one login: with the key that was agreed on, and with no other', async () => {
  const talkative = await startSshd({ config: ['LogLevel DEBUG1'] });
  try {
    const host = await connections.connect(talkative.settings());
    assert.is((await host.run([{ argv: ['true'] }]))[0]?.code, 0);
    await host.close();
    assert.match(talkative.log(), /rtype no-more-sessions/);
    assert.not.match(talkative.log(), /hostkeys-prove/);
  } finally {
    await talkative.stop();
  }
});

real('50 MB come back on both outputs, and 5 MB go in', async () => {
  const host = await connections.connect(sshd.settings());
  const input = 'x'.repeat(5_000_000);
  const [big, sum] = await host.run([
    { argv: ['sh', '-c', 'head -c 50000000 /dev/zero & head -c 50000000 /dev/zero >&2; wait'] },
    { argv: ['wc', '-c'], stdin: input },
  ]);
  assert.is(big?.stdout.length, 50_000_000);
  assert.is(big?.stderr.length, 50_000_000);
  assert.is(sum?.stdout.trim(), '5000000');
  await host.close();
});

real(
  'the lock: one session has it, another is told who, and it is free when the first has gone',
  async () => {
    const one = await connections.connect(sshd.settings());
    const two = await connections.connect(sshd.settings());
    assert.is(await one.lock("me@here, it's mine"), undefined);
    assert.is(await one.lock('me again'), undefined);
    assert.is(await two.lock('you'), "me@here, it's mine");
    // flock(2) locks whatever can be opened: whoever can read the file could hold all runs up.
    const [taken] = await two.run([
      { argv: ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', 'cat', '/run/lvsform.lock'] },
    ]);
    assert.match(taken?.stderr ?? '', 'Permission denied');
    // What a command starts must not keep the lock.
    await one.run([{ argv: ['sh', '-c', 'sleep 3 >/dev/null 2>&1 &'] }]);
    // Nor may the shells that wait for one that keeps an output open.
    const [started] = await one.run([{ argv: ['sh', '-c', 'sleep 60 & echo "$!"'] }]);
    await one.close();
    await eventually(async () => (await two.lock('you')) === undefined);
    assert.is((await two.run([{ argv: ['kill', started?.stdout.trim() ?? ''] }]))[0]?.code, 0);
    await two.close();
  },
);

real('a client that is killed frees the lock', async () => {
  const program = `
    import { connector } from '${new URL('../../src/transport/index.ts', import.meta.url).href}';
    import { readFileSync } from 'node:fs';
    const host = await connector({ home: '/nonexistent', agent: '' }).connect(JSON.parse(readFileSync(0, 'utf8')));
    await host.lock('the one to be killed');
    process.stdout.write('locked');
    await host.run([{ argv: ['sleep', '0.5'] }, { argv: ['touch', '/root/after-the-kill'] }]);`;
  const client = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const gone = new Promise(resolve => client.once('exit', resolve));
  const host = await connections.connect(sshd.settings());
  try {
    client.stdin.end(JSON.stringify(sshd.settings()));
    await new Promise((resolve, reject) => {
      client.stdout.once('data', resolve);
      client.once('exit', () => reject(new Error('the client has failed')));
    });
    assert.is(await host.lock('the next'), 'the one to be killed');
  } finally {
    client.kill('SIGKILL');
  }
  await gone;
  await eventually(async () => (await host.lock('the next')) === undefined);
  assert.not.ok(existsSync(join(sshd.folder, 'root/after-the-kill')));
  await host.close();
});

real('a connection that is cut in the middle of a batch: the command that runs is the last', async () => {
  const host = await connections.connect(sshd.settings());
  const file = (name: string) => join(sshd.folder, 'root', name);
  await host.run([{ argv: ['true'] }]);
  const run = host.run([
    { argv: ['sh', '-c', `touch /root/begun; sleep 0.3; ${chatter}; touch /root/finished`] },
    { argv: ['touch', '/root/too-late'] },
  ]);
  const error = run.catch((reason: unknown) => reason);
  await eventually(() => existsSync(file('begun')));
  for (const pid of sshd.sessions().flatMap(family).filter(isSshd)) process.kill(pid, 'SIGKILL');
  const problem = await error;
  assert.ok(problem instanceof Problem);
  assert.is(problem.code, 4);
  assert.match(problem.message, /connection was lost/);
  assert.match(problem.where ?? '', `root@127.0.0.1:${sshd.port}`);
  await eventually(() => existsSync(file('finished')));
  await sleep(300);
  assert.not.ok(existsSync(file('too-late')));
});

real('a signal ends a batch at the next edge, and the connection is closed without a trace', async () => {
  const host = await connections.connect(sshd.settings());
  const stop = new AbortController();
  const run = host.run(
    [{ argv: ['sh', '-c', 'sleep 0.3; touch /root/edge'] }, { argv: ['touch', '/root/beyond'] }],
    { signal: stop.signal },
  );
  setTimeout(() => stop.abort(new Error('Ctrl-C')), 100);
  const error = await run.catch((reason: unknown) => reason);
  assert.ok(error instanceof Error && error.message === 'Ctrl-C');
  assert.ok(existsSync(join(sshd.folder, 'root/edge')));
  assert.not.ok(existsSync(join(sshd.folder, 'root/beyond')));
  await host.close();
});

real('a peer that freezes is given up within 20 seconds', async () => {
  const other = await startSshd();
  try {
    const host = await connections.connect(other.settings());
    await host.run([{ argv: ['true'] }]);
    const pids = other.sessions().flatMap(family).filter(isSshd);
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    const from = performance.now();
    const error = await host.run([{ argv: ['true'] }]).catch((reason: unknown) => reason);
    assert.ok(error instanceof Problem && error.code === 4);
    assert.match(error.why ?? '', /stopped answering/);
    assert.ok(performance.now() - from < 20_000, `${performance.now() - from} ms`);
    await host.close();
  } finally {
    await other.stop();
  }
});

for (const shell of ['/usr/bin/fish', '/bin/tcsh', '/usr/bin/zsh', '/bin/dash'].filter(existsSync)) {
  real(`root's login shell may be ${shell}`, async () => {
    const other = await startSshd({ rootShell: shell });
    try {
      const host = await connections.connect(other.settings());
      const [result] = await host.run([{ argv: ['printf', '%s', "it's!\n$HOME"] }]);
      assert.is(result?.stdout, "it's!\n$HOME");
      await host.close();
    } finally {
      await other.stop();
    }
  });
}

real('an account that takes no commands is a Problem with its words', async () => {
  const other = await startSshd({ rootShell: '/usr/sbin/nologin' });
  try {
    const host = await connections.connect(other.settings());
    const error = await host.run([{ argv: ['true'] }]).catch((reason: unknown) => reason);
    assert.ok(error instanceof Problem);
    assert.match(error.why ?? '', /not available/);
    await host.close();
  } finally {
    await other.stop();
  }
});

real('after close nothing keeps the process alive', async () => {
  const program = `
    import { connector } from '${new URL('../../src/transport/index.ts', import.meta.url).href}';
    import { readFileSync } from 'node:fs';
    import { createServer } from 'node:net';
    const silent = createServer().listen(0, '127.0.0.1').unref();
    const all = connector({ home: '/nonexistent', agent: '' });
    const settings = JSON.parse(readFileSync(0, 'utf8'));
    const host = await all.connect(settings);
    await host.run([{ argv: ['true'] }]);
    const slow = host.run([{ argv: ['sleep', '30'] }]).catch(error => error.message);
    all.connect({ ...settings, port: silent.address().port }).catch(() => undefined);
    await new Promise(resolve => setTimeout(resolve, 100));
    await all.close();
    process.stdout.write(await slow);`;
  const client = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let said = '';
  client.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  client.stdin.end(JSON.stringify(sshd.settings()));
  const cut = setTimeout(() => client.kill('SIGKILL'), 8_000);
  const code = await new Promise(resolve => client.once('exit', resolve));
  clearTimeout(cut);
  assert.is(code, 0);
  assert.is(said, 'the connection was lost');
});

function isSshd(pid: number): boolean {
  return readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('sshd');
}

async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; !(await condition()); turn += 1) {
    if (turn > 200) throw new Error('it never came true');
    await sleep(25);
  }
}

ssh.run();
