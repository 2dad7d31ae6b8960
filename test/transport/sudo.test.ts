// timeout: 120 s
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { SshSettings } from '../../src/model/cluster.ts';
import { Problem } from '../../src/model/problem.ts';
import { Secret } from '../../src/model/secret.ts';
import { connector, type SshTransport } from '../../src/transport/index.ts';
import { chatter, isInstalled } from './local-shell.ts';
import { cannotRunSshd, family, type Sshd, startSshd, unless } from './sshd.ts';

// A real sudo, with sudoers and users of its own in the sshd's mount namespace.
const sudo = suite('sudo');
const real = unless(cannotRunSshd() ?? (isInstalled('sudo') ? undefined : 'no sudo'), sudo);
const password = "tr0ub4dor & 'three";
const sudoers = `
root ALL=(ALL:ALL) ALL
free,fishy ALL=(ALL:ALL) NOPASSWD: ALL
asked,relayed ALL=(ALL:ALL) ALL
tty ALL=(ALL:ALL) NOPASSWD: ALL
Defaults:tty requiretty
Defaults:relayed use_pty
Defaults lecture=always
Defaults logfile=/root/sudo.log, loglinelen=0
`;
let sshd: Sshd;
const all = connector({ home: '/nonexistent', agent: '' });

sudo.before(async () => {
  if (cannotRunSshd() !== undefined) return;
  const names = ['free', 'asked', 'relayed', 'tty', 'nobody-special'];
  sshd = await startSshd({
    sudoers,
    users: [
      ...names.map((name, i) => ({ name, uid: 61001 + i, password })),
      { name: 'fishy', uid: 61010, shell: existsSync('/usr/bin/fish') ? '/usr/bin/fish' : '/bin/sh' },
    ],
  });
});
sudo.after(async () => {
  await all.close();
  await sshd?.stop();
});

const as = (user: string, secret?: string, over: Partial<SshSettings> = {}): Promise<SshTransport> =>
  all.connect(
    sshd.settings({
      user,
      become: { method: 'sudo', password: secret === undefined ? undefined : new Secret(secret) },
      ...over,
    }),
  );

async function refusal(connect: Promise<SshTransport>): Promise<Problem> {
  const error = await connect.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof Problem, String(error));
  assert.is(error.code, 4);
  const told = JSON.stringify([error.message, error.where, error.why, error.next, error.stack]);
  assert.not.match(told, 'tr0ub4dor');
  return error;
}

for (const [user, secret] of [
  ['free', undefined],
  ['free', password],
  ['fishy', undefined],
  ['asked', password],
  ['relayed', password],
] as const) {
  real(
    `${user} becomes root, ${secret === undefined ? 'without a password' : 'with the password'}`,
    async () => {
      const host = await as(user, secret);
      const [who, home, text] = await host.run([
        { argv: ['id', '-un'] },
        { argv: ['sh', '-c', 'echo "$HOME"'] },
        { argv: ['cat'], stdin: 'x\n\nüber' },
      ]);
      assert.equal([who?.stdout, home?.stdout, text?.stdout], ['root\n', '/root\n', 'x\n\nüber']);
      assert.is(await host.lock('me'), undefined);
      await host.close();
      assert.is(host.stats.execs, 1);
    },
  );
}

real('neither the password nor what is run shows in ps, and large output is whole', async () => {
  for (const user of ['asked', 'relayed']) {
    const host = await as(user, password);
    const [shown, big] = await host.run(
      [
        { argv: ['sh', '-c', 'grep -lzFf - /proc/[0-9]*/cmdline /proc/[0-9]*/environ'], stdin: 'tr0ub4dor' },
        { argv: ['head', '-c', '20000000', '/dev/zero'] },
      ],
      { keepGoing: true },
    );
    assert.is(shown?.stdout, '');
    assert.is(big?.stdout.length, 20_000_000);
    await host.close();
  }
});

real('a wrong password is tried once', async () => {
  const from = performance.now();
  const error = await refusal(as('asked', 'wrong'));
  assert.ok(performance.now() - from < 15_000, 'its second question is not waited out');
  assert.is(error.message, 'sudo does not take the password');
  assert.match(error.where ?? '', /^asked@127/);
  // The host's own word: what locks accounts (pam_faillock) counts its tries.
  const log = () => readFileSync(join(sshd.folder, 'root', 'sudo.log'), 'utf8');
  await eventually(() => /incorrect password/.test(log()));
  const tries = [...log().matchAll(/ (\d+) incorrect password attempts?/g)].map(([, count]) => Number(count));
  assert.equal(tries, [1], log());
});

real('sudo asks and there is no password', async () => {
  const error = await refusal(as('asked'));
  assert.is(error.message, 'sudo asks for a password');
  assert.match(error.why ?? '', /a password is required/);
});

real('a user who is not in sudoers', async () => {
  assert.is((await refusal(as('nobody-special', password))).message, 'sudo does not let this user be root');
});

real('sudoers wants a terminal', async () => {
  assert.is((await refusal(as('tty'))).message, 'sudo wants a terminal (requiretty)');
});

real('a user who is not root, and nothing that makes one', async () => {
  const error = await refusal(all.connect(sshd.settings({ user: 'free' })));
  assert.is(error.message, 'root is needed');
  assert.match(error.next ?? '', /become: sudo/);
});

for (const user of ['free', 'relayed']) {
  real(`${user}: a connection that is cut, and a signal: the command that runs is the last`, async () => {
    const file = (name: string) => join(sshd.folder, 'root', `${user}-${name}`);
    const commands = (name: string) => [
      {
        argv: [
          'sh',
          '-c',
          `touch "$1-begun"; sleep 0.4; ${chatter}; touch "$1-done"`,
          'x',
          `/root/${user}-${name}`,
        ],
      } as const,
      { argv: ['touch', `/root/${user}-${name}-late`] } as const,
    ];
    const cut = await as(user, password);
    const lost = cut.run(commands('cut')).catch((reason: unknown) => reason);
    await eventually(() => existsSync(file('cut-begun')));
    for (const pid of sshd.sessions().flatMap(family).filter(isSshd)) process.kill(pid, 'SIGKILL');
    assert.ok((await lost) instanceof Problem);
    await eventually(() => existsSync(file('cut-done')));
    await sleep(300);
    assert.not.ok(existsSync(file('cut-late')));

    const stopped = await as(user, password);
    const stop = new AbortController();
    const run = stopped.run(commands('stop'), { signal: stop.signal }).catch((reason: unknown) => reason);
    await eventually(() => existsSync(file('stop-begun')));
    stop.abort(new Error('Ctrl-C'));
    assert.is(((await run) as Error).message, 'Ctrl-C');
    assert.ok(existsSync(file('stop-done')));
    assert.not.ok(existsSync(file('stop-late')));
    await stopped.close();
  });
}

function isSshd(pid: number): boolean {
  return readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('sshd');
}

async function eventually(condition: () => boolean): Promise<void> {
  for (let turn = 0; !condition(); turn += 1) {
    if (turn > 200) throw new Error('it never came true');
    await sleep(25);
  }
}

sudo.run();
