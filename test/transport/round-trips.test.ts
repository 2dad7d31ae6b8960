// timeout: 180 s
import { spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { HostTimes } from '../../src/model/timing.ts';
import { connector } from '../../src/transport/index.ts';
import { program } from '../program.ts';
import { type DelayProxy, delayProxy } from './delay-proxy.ts';
import { cannotRunSshd, type Sshd, startSshd, unless } from './sshd.ts';

// What a whole run waits for on a host that is far away, counted by cause and not by time.
const test = suite('round trips');
const real = unless(cannotRunSshd(), test);

/** Milliseconds; much more than this machine needs for any step of the two ends, or their order would blur the count. */
const away = 150;

let sshd: Sshd;
let far: DelayProxy;
let inventory = '';
let playbook = '';

test.before(async () => {
  if (cannotRunSshd() !== undefined) return;
  sshd = await startSshd({ ownFiles: true });
  far = await delayProxy(sshd.port, away);
  const key = readFileSync(join(sshd.folder, 'host_ed25519.pub'), 'utf8');
  appendFileSync(sshd.knownHosts, `[127.0.0.1]:${far.port} ${key}`);
  const folder = join(sshd.folder, 'controller');
  mkdirSync(folder);
  inventory = join(folder, 'inventory.yml');
  playbook = join(folder, 'playbook.yml');
  writeFileSync(
    inventory,
    `version: 1
name: far
ssh: { user: root, port: ${far.port}, identity_file: ${sshd.folder}/key, known_hosts_file: ${sshd.knownHosts}, timeout: 60 }
hosts:
  far: { roles: [director], interfaces: { eth0: 10.0.1.1/24 }, ssh: { host: 127.0.0.1 } }
`,
  );
  const files = Array.from(
    { length: 30 },
    (_, n) => `      - file: { path: /etc/lvsform-test/${n}, content: "number ${n}\\n" }\n`,
  );
  writeFileSync(
    playbook,
    `version: 1
name: far
stages:
  - name: files
    hosts: [director]
    resources:
      - directory: { path: /etc/lvsform-test }
${files.join('')}`,
  );
});
test.after(async () => {
  await far?.stop();
  await sshd?.stop();
});

async function lvsform(...args: readonly string[]): Promise<string> {
  const child = spawn(program[0], [program[1], ...args, '-i', inventory], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, HOME: sshd.folder, SSH_AUTH_SOCK: '' },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (said += String(chunk)));
  const code = await new Promise(resolve => child.once('close', resolve));
  assert.is(code, 0, said);
  return said;
}

/** The least of a few runs: an end that is slower than the way between them makes the count larger, and nothing makes it smaller. */
async function least(work: () => Promise<string>, wanted: number): Promise<number> {
  const counts: number[] = [];
  for (let turn = 0; turn < 4 && Math.min(...counts) !== wanted; turn += 1) {
    const logins = far.connections();
    assert.match(await work(), 'No changes');
    assert.is(far.connections() - logins, 1);
    counts.push(far.roundTrips());
  }
  return Math.min(...counts);
}

real('a run with nothing to do: six waits, TCP included, on one login and one exec', async () => {
  // TCP, version and KEXINIT, key exchange, service with the key proved, channel, exec with the answer.
  assert.match(await lvsform('run', playbook, '--yes'), '31 changes made');
  for (const words of [
    ['run', playbook, '--yes'],
    ['plan', '-p', playbook],
  ]) {
    assert.is(await least(() => lvsform(...words), 6), 6, words[0]);
  }
});

real('--timings says what of a run was the login, what the read, and what the plan', async () => {
  assert.match(
    await lvsform('plan', '-p', playbook, '--timings'),
    /^Time: .* in all, .* before the first host\n\nhost +total +login +read +plan\nfar( +[\d.]+ m?s){4}$/m,
  );
  const lines = (await lvsform('plan', '-p', playbook, '--timings', '--json')).split('\n');
  const events = lines.flatMap(line => (line.startsWith('{') ? [JSON.parse(line)] : []));
  const { seconds, prepared, hosts } = events.find(({ event }) => event === 'timings');
  assert.equal(
    hosts.map(({ host, phases }: HostTimes) => [host, Object.keys(phases).sort()]),
    [['far', ['login', 'plan', 'read']]],
  );
  const [{ phases }] = hosts as readonly [HostTimes];
  const spent = Object.values(phases).reduce((sum, each) => sum + each, 0);
  assert.ok(prepared + spent <= seconds + 0.01, `${prepared} + ${spent} of ${seconds}`);
});

real(
  'the lock and the first read are one exec; who finds it held is told by whom, and reads nothing',
  async () => {
    const all = connector({ home: '/nonexistent', agent: '' });
    try {
      const one = await all.connect(sshd.settings());
      const read = { argv: ['echo', 'read'], secret: true } as const;
      assert.equal(await one.run([read], { keepGoing: true, lock: "ann's" }), [
        { code: 0, stdout: 'read\n', stderr: '' },
      ]);
      assert.equal(one.stats, { logins: 1, execs: 1, batches: 1, roundTrips: 2 });
      const two = await all.connect(sshd.settings());
      const touch = { argv: ['touch', '/root/read'] } as const;
      const error = await two.run([touch, touch], { keepGoing: true, lock: 'bob' }).catch(reason => reason);
      assert.is(error.name, 'LockHeld');
      assert.is(error.holder, "ann's");
      // The session stands all the same.
      const [there] = await two.run([{ argv: ['ls', '/root/read'] }]);
      assert.is.not(there?.code, 0);
      assert.equal((await one.run([read], { lock: "ann's" })).length, 1, 'who has it needs it no more');
    } finally {
      await all.close();
    }
  },
);

test.run();
