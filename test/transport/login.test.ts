// timeout: 120 s
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { SshSettings } from '../../src/model/cluster.ts';
import { Problem } from '../../src/model/problem.ts';
import { Secret } from '../../src/model/secret.ts';
import { type ConnectorOptions, connector } from '../../src/transport/index.ts';
import { type AuthMethod, openConnection, parsePrivateKey } from '../../src/transport/wire.ts';
import { cannotRunSshd, keygen, type Sshd, startSshd, unless } from './sshd.ts';

// Who gets in, by what, and what a person is told who does not.
const login = suite('login');
const real = unless(cannotRunSshd(), login);
const home = mkdtempSync(join(tmpdir(), 'lvsform-login-'));
mkdirSync(join(home, '.ssh'));
const password = 'correct horse';
const secrets = [password, 'opensesame', 'wrong horse'];
let sshd: Sshd;
let agent: ChildProcess | undefined;
const agentSocket = join(home, 'agent');

login.before(async () => {
  if (cannotRunSshd() !== undefined) return;
  sshd = await startSshd({
    hostKeys: ['ed25519', 'ecdsa', 'rsa'],
    rootPassword: password,
    config: ['PasswordAuthentication yes'],
  });
  agent = spawn('ssh-agent', ['-D', '-a', agentSocket], { stdio: 'ignore' });
});
login.after(async () => {
  agent?.kill();
  await sshd?.stop();
  rmSync(home, { recursive: true, force: true });
});

async function whoami(settings: SshSettings, options: ConnectorOptions = {}): Promise<string> {
  const all = connector({ home, agent: '', ...options });
  try {
    const host = await all.connect(settings);
    const [result] = await host.run([{ argv: ['id', '-un'] }]);
    return result?.stdout.trim() ?? '';
  } finally {
    await all.close();
  }
}

/** What a person is told; none of the secrets may be in it. */
async function refusal(settings: SshSettings, options: ConnectorOptions = {}): Promise<Problem> {
  const error = await whoami(settings, options).catch((reason: unknown) => reason);
  assert.ok(error instanceof Problem, String(error));
  const told = JSON.stringify([error.message, error.where, error.why, error.next, error.stack]);
  for (const secret of secrets) assert.not.match(told, secret);
  return error;
}

function newKey(name: string, type: string, passphrase: string, ...more: readonly string[]): string {
  const file = join(home, name);
  keygen(file, type, passphrase, ...more);
  appendFileSync(join(sshd.folder, 'authorized_keys'), readFileSync(`${file}.pub`));
  return file;
}

const forms: readonly (readonly [type: string, passphrase: string, ...options: string[]])[] = [
  ['ed25519', ''],
  ['ed25519', 'opensesame'],
  ['ecdsa', 'opensesame', '-m', 'PEM'],
  ['ecdsa', '', '-m', 'PKCS8'],
  ['rsa', '', '-m', 'PEM'],
  ['rsa', 'opensesame', '-m', 'PKCS8'],
  ['rsa', 'opensesame'],
];
for (const [type, passphrase, ...options] of forms) {
  const name = [type, ...options.slice(1), passphrase === '' ? 'plain' : 'encrypted'].join(' ');
  real(`key file: ${name}`, async () => {
    const file = newKey(name.replaceAll(' ', '-'), type, passphrase, ...options);
    const settings = sshd.settings({ identityFiles: [file] });
    const secret = { ...settings, identityPassphrase: new Secret(passphrase) };
    assert.is(await whoami(passphrase === '' ? settings : secret), 'root');
    if (passphrase === '') return;
    const missing = await refusal(settings);
    assert.is(missing.message, 'the private key has a passphrase');
    assert.is(missing.where, file);
    const wrong = await refusal({ ...settings, identityPassphrase: new Secret('wrong horse') });
    assert.is(wrong.code, 3);
  });
}

real('key files that are none', async () => {
  const settings = (file: string) => sshd.settings({ identityFiles: [file] });
  assert.is((await refusal(settings('/no/such/key'))).message, 'the private key is not there');
  writeFileSync(join(home, 'rubbish'), 'hello');
  assert.is((await refusal(settings(join(home, 'rubbish')))).message, 'the private key cannot be used');
  assert.match((await refusal(settings(join(sshd.folder, 'key.pub')))).why ?? '', /public key/);
  assert.match((await refusal(settings(home))).why ?? '', /EISDIR/);
});

real('where nothing is named: the agent, then the usual key files', async () => {
  const unnamed = sshd.settings({ identityFiles: [] });
  const nothing = await refusal(unnamed);
  assert.is(nothing.message, 'the host lets nobody in');
  assert.match(nothing.why ?? '', /nothing to try/);

  copyFileSync(join(sshd.folder, 'key'), join(home, '.ssh', 'id_ecdsa'));
  writeFileSync(join(home, '.ssh', 'id_rsa'), 'rubbish that nobody has asked for');
  assert.is(await whoami(unnamed), 'root');
  rmSync(join(home, '.ssh', 'id_ecdsa'));

  await eventually(() => add(join(sshd.folder, 'key')));
  assert.is(await whoami(unnamed, { agent: agentSocket }), 'root');
  assert.is(await whoami(sshd.settings()), 'root', 'a named file needs no agent');
  const dead = await refusal(unnamed, { agent: '/no/such/agent' });
  assert.match(dead.why ?? '', /tried the keys of the agent \(\/no\/such\/agent\)/);
});

real('a named key that has a passphrase is used by way of the agent, and no other key of it', async () => {
  const file = newKey('locked', 'ed25519', '');
  for (let i = 0; i < 7; i += 1) {
    keygen(join(home, `stray${i}`), 'ed25519');
    add(join(home, `stray${i}`));
  }
  add(file);
  execFileSync('ssh-keygen', ['-q', '-p', '-N', 'opensesame', '-f', file], { stdio: 'ignore' });
  assert.is(await whoami(sshd.settings({ identityFiles: [file] }), { agent: agentSocket }), 'root');
});

real('a password; a wrong one is told with all that was tried', async () => {
  const settings = sshd.settings({ identityFiles: [], password: new Secret(password) });
  assert.is(await whoami(settings), 'root');
  const wrong = await refusal({ ...settings, password: new Secret('wrong horse') });
  assert.match(wrong.why ?? '', /tried the password.*the host takes publickey, password/);
  const key = newKey('unknown', 'ed25519', '');
  writeFileSync(join(sshd.folder, 'authorized_keys'), readFileSync(join(sshd.folder, 'key.pub')));
  const both = await refusal({ ...settings, identityFiles: [key], password: new Secret('wrong horse') });
  assert.match(both.why ?? '', `tried ${key} (ssh-ed25519), then the password`);
});

real('no credential goes to a host whose key is not trusted', async () => {
  const before = sshd.log();
  const known = (text: string) => {
    writeFileSync(join(home, 'known'), text);
    return sshd.settings({ knownHostsFile: join(home, 'known'), password: new Secret(password) });
  };
  const place = `[127.0.0.1]:${sshd.port}`;
  const strange = readFileSync(join(sshd.folder, 'key.pub'), 'utf8');
  const [own = ''] = readFileSync(sshd.knownHosts, 'utf8').split('\n');
  assert.is((await refusal(known(''))).message, 'the host key is not known');
  assert.is((await refusal(known(`@cert-authority * ${strange}`))).message, 'the host key is not known');
  assert.match((await refusal(known(`${place} ${strange}`))).message, /has changed/);
  assert.is((await refusal(known(`@revoked ${own}\n${own}\n`))).message, 'the host key is revoked');
  assert.is(
    (await refusal(known(`@revoked * ${own.split(' ').slice(1).join(' ')}\n`))).message,
    'the host key is revoked',
  );
  for (const acceptNew of [false, true]) {
    const sly = (text: string) => refusal({ ...known(text), acceptNew });
    assert.match((await sly(`${place} ${strange}`)).message, /has changed/, 'a changed key is no new one');
    assert.is((await sly(`@revoked ${own}\n`)).message, 'the host key is revoked');
    const unreadable = await refusal({ ...known(''), knownHostsFile: home, acceptNew });
    assert.is(unreadable.message, 'known_hosts cannot be read, so no host key can be checked');
    assert.is(unreadable.where, home);
  }
  const log = sshd.log().slice(before.length);
  assert.not.match(log, /Accepted|Failed|publickey|password/);
  assert.match(log, /Connection closed by|Connection reset by/);
});

real('accept-new records the key and trusts it from then on; known types are asked for first', async () => {
  const notes: string[] = [];
  const file = join(home, 'fresh', 'known_hosts');
  const settings = sshd.settings({ knownHostsFile: file, acceptNew: true });
  assert.is(await whoami(settings, { onNote: text => notes.push(text) }), 'root');
  assert.is(notes.length, 1);
  assert.match(notes[0] ?? '', /ssh-ed25519 .*SHA256:/);
  assert.is(await whoami({ ...settings, acceptNew: false }), 'root');
  for (const type of ['ecdsa', 'rsa']) {
    const public_ = readFileSync(join(sshd.folder, `host_${type}.pub`), 'utf8');
    writeFileSync(file, `[127.0.0.1]:${sshd.port} ${public_}`);
    execFileSync('ssh-keygen', ['-q', '-H', '-f', file], { stdio: 'ignore' });
    assert.is(await whoami({ ...settings, acceptNew: false }), 'root', type);
  }
});

real('a host that throttles is asked again; 24 logins at once all get in', async () => {
  const narrow = await startSshd({ config: ['MaxStartups 3:100:3'] });
  const all = connector({ home, agent: '' });
  try {
    const hosts = await Promise.all(Array.from({ length: 24 }, () => all.connect(narrow.settings())));
    const results = await Promise.all(hosts.map(host => host.run([{ argv: ['true'] }])));
    assert.equal(
      results.map(([result]) => result?.code),
      Array(24).fill(0),
    );
    assert.match(narrow.log(), /drop connection/, 'it has throttled');
  } finally {
    await all.close();
    await narrow.stop();
  }
});

real('a connection that is closed or reset before the banner is tried again, with an end', async () => {
  let left = 3;
  const flaky = await listen(socket => {
    left -= 1;
    if (left === 2) socket.destroy();
    else if (left === 1) socket.resetAndDestroy();
    else socket.pipe(connect(sshd.port, '127.0.0.1')).pipe(socket);
  });
  writeFileSync(
    join(home, 'flaky'),
    readFileSync(sshd.knownHosts, 'utf8').replaceAll(`${sshd.port}`, `${portOf(flaky)}`),
  );
  const there = { port: portOf(flaky), knownHostsFile: join(home, 'flaky') };
  assert.is(await whoami(sshd.settings(there)), 'root');
  flaky.close();
  let asked = 0;
  const closed = await listen(socket => {
    asked += 1;
    socket.destroy();
  });
  const problem = await refusal(sshd.settings({ port: portOf(closed) }));
  assert.is(problem.message, 'the host cannot be reached');
  assert.is(asked, 6);
  closed.close();
});

login('a port where nothing listens, a host that says nothing, a name that is none', async () => {
  const silent = await listen(() => undefined);
  const port = portOf(silent);
  const settings: SshSettings = {
    ...{ host: '127.0.0.1', port, user: 'root', identityFiles: [], identityPassphrase: undefined },
    ...{
      password: new Secret(password),
      become: undefined,
      proxyJump: undefined,
      knownHostsFile: '/dev/null',
    },
    ...{ acceptNew: false, timeout: 1 },
  };
  const from = performance.now();
  const mute = await refusal(settings);
  assert.ok(performance.now() - from < 3_000);
  assert.match(mute.why ?? '', 'no answer within 1 s');
  assert.is(mute.where, `root@127.0.0.1:${port}`);
  silent.close();
  const refused = await refusal({ ...settings, port: 1 });
  assert.match(refused.why ?? '', 'nothing listens');
  assert.is(refused.code, 4);
  const nowhere = await refusal({ ...settings, host: 'no-such-host.invalid' });
  assert.match(nowhere.why ?? '', /does not resolve|name server/);
});

const listen = (serve: (socket: import('node:net').Socket) => void): Promise<Server> =>
  new Promise(resolve => {
    const server = createServer(serve);
    server.listen(0, '127.0.0.1', () => resolve(server));
  });

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function add(file: string): boolean {
  try {
    execFileSync('ssh-add', ['-q', file], {
      env: { ...process.env, SSH_AUTH_SOCK: agentSocket },
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
}

async function eventually(condition: () => boolean): Promise<void> {
  for (let turn = 0; !condition(); turn += 1) {
    if (turn > 100) throw new Error('it never came true');
    await new Promise(resolve => setTimeout(resolve, 25));
  }
}

real('a key that cannot sign is one way less, and is told where no way is left', async () => {
  const key = parsePrivateKey(readFileSync(join(sshd.folder, 'key')));
  const mute: AuthMethod = {
    ...{ type: 'publickey', username: 'root' },
    key: Object.create(key, { sign: { value: () => new Error('its algorithm is forbidden here') } }),
  };
  const { host, port = 22 } = sshd.settings();
  const open = (...ways: AuthMethod[]) =>
    openConnection({
      ...{ host, port, user: 'root', timeout: 5_000, signal: new AbortController().signal },
      hostKeyAlgorithms: ['ssh-ed25519'],
      vouch: async () => undefined,
      nextMethod: () => ways.shift(),
    });
  const connection = await open(mute, { type: 'password', username: 'root', password });
  await connection.close();
  const error = await open(mute).catch((reason: Error) => reason);
  assert.match(String(error), 'its algorithm is forbidden here');
});

login.run();
