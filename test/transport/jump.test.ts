// timeout: 120 s
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { SshSettings } from '../../src/model/cluster.ts';
import { Problem } from '../../src/model/problem.ts';
import { type Connector, connector } from '../../src/transport/index.ts';
import { cannotRunSshd, type Sshd, startSshd, unless } from './sshd.ts';

// Hosts behind one or two jump hosts: each a real sshd.
const jump = suite('jump host');
const real = unless(cannotRunSshd(), jump);
let gate: Sshd;
let inner: Sshd;
let target: Sshd;
let known = '';

jump.before(async () => {
  if (cannotRunSshd() !== undefined) return;
  [gate, inner, target] = await Promise.all([
    startSshd({ users: [{ name: 'ops', uid: 61020 }], config: ['MaxSessions 1'] }),
    startSshd(),
    startSshd(),
  ]);
  for (const other of [gate, inner]) {
    appendFileSync(join(other.folder, 'authorized_keys'), readFileSync(join(target.folder, 'key.pub')));
  }
  known = join(target.folder, 'all');
  writeFileSync(
    known,
    [gate, inner, target].map(({ knownHosts }) => readFileSync(knownHosts, 'utf8')).join(''),
  );
});
jump.after(() => Promise.all([gate?.stop(), inner?.stop(), target?.stop()]).then(() => undefined));

const behind = (proxyJump: string, over: Partial<SshSettings> = {}): SshSettings =>
  target.settings({ proxyJump, knownHostsFile: known, ...over });

async function within(task: (all: Connector) => Promise<void>): Promise<void> {
  const all = connector({ home: '/nonexistent', agent: '' });
  try {
    await task(all);
  } finally {
    await all.close();
  }
}

const logins = (sshd: Sshd) => sshd.log().split('Accepted publickey').length - 1;

real('thirty hosts behind a jump host share one connection to it', () =>
  within(async all => {
    const proxyJump = `ops@127.0.0.1:${gate.port}`;
    const before = logins(target);
    const hosts = await Promise.all(Array.from({ length: 30 }, () => all.connect(behind(proxyJump))));
    const results = await Promise.all(
      hosts.map(host => host.run([{ argv: ['sh', '-c', 'echo "$SSH_CONNECTION"'] }])),
    );
    for (const [result] of results) assert.match(result?.stdout ?? '', ` ${target.port}\n`);
    assert.is(logins(gate), 1);
    assert.is(logins(target) - before, 30);
    assert.match(gate.log(), /Accepted publickey for ops/);
    await Promise.all(hosts.map(host => host.close()));
    // Still there for the next.
    const next = await all.connect(behind(proxyJump));
    await next.run([{ argv: ['true'] }]);
    assert.is(logins(gate), 1);
  }),
);

real('a chain of two', () =>
  within(async all => {
    const before = logins(inner);
    const host = await all.connect(behind(`ops@127.0.0.1:${gate.port}, root@127.0.0.1:${inner.port}`));
    assert.is((await host.run([{ argv: ['echo', 'hello'] }]))[0]?.stdout, 'hello\n');
    assert.is(logins(inner) - before, 1);
  }),
);

async function refusal(settings: SshSettings): Promise<Problem> {
  let error: unknown;
  await within(async all => {
    error = await all.connect(settings).catch((reason: unknown) => reason);
  });
  assert.ok(error instanceof Problem, String(error));
  assert.is(error.code, 4);
  return error;
}

real("a jump host's key is checked, as is that of the host behind it", async () => {
  const proxyJump = `ops@127.0.0.1:${gate.port}`;
  const first = await refusal(behind(proxyJump, { knownHostsFile: target.knownHosts }));
  assert.is(first.message, 'the host key is not known');
  assert.is(first.where, `[127.0.0.1]:${gate.port}`);
  const second = await refusal(behind(proxyJump, { knownHostsFile: gate.knownHosts }));
  assert.is(second.where, `[127.0.0.1]:${target.port}`);
});

real('a jump host that is down, and a host that it cannot reach', async () => {
  const down = await refusal(behind('ops@127.0.0.1:1'));
  assert.match(down.where ?? '', /^ops@127.0.0.1:1$/);
  const beyond = await refusal(behind(`ops@127.0.0.1:${gate.port}`, { port: 1 }));
  assert.match(beyond.why ?? '', /the jump host .* does not get through: .*Connection refused/);
});

real('the ssh configuration of a jump host counts too; one that leads in a circle is told', async () => {
  const home = join(target.folder, 'user');
  mkdirSync(join(home, '.ssh'), { recursive: true });
  const config = (text: string) => writeFileSync(join(home, '.ssh', 'config'), text);
  const all = connector({ home, agent: '' });
  try {
    config(`Host gate\n  HostName 127.0.0.1\n  User ops\n  Port ${gate.port}\n
Host inner\n  HostName 127.0.0.1\n  User root\n  Port ${inner.port}\n  ProxyJump gate\n`);
    const before = [logins(gate), logins(inner)];
    const host = await all.connect(behind('inner'));
    assert.is((await host.run([{ argv: ['echo', 'hello'] }]))[0]?.stdout, 'hello\n');
    assert.equal(
      [logins(gate), logins(inner)],
      before.map(count => count + 1),
    );
  } finally {
    await all.close();
  }
  config('Host gate\n  ProxyJump inner\nHost inner\n  ProxyJump gate\n');
  const again = connector({ home, agent: '' });
  const error = await again.connect(behind('gate')).catch((reason: unknown) => reason);
  assert.ok(error instanceof Problem);
  assert.is(error.message, 'the jump hosts go round in a circle');
  await again.close();
});

real('a jump host that goes away takes the hosts behind it with it', () =>
  within(async all => {
    const host = await all.connect(behind(`ops@127.0.0.1:${gate.port}`));
    const error = host.run([{ argv: ['sleep', '20'] }]).catch((reason: unknown) => reason);
    setTimeout(() => void gate.stop(), 300);
    const problem = await error;
    assert.ok(problem instanceof Problem && problem.code === 4);
  }),
);

jump.run();
