import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { SshSettings } from '../../src/model/cluster.ts';
import { Problem } from '../../src/model/problem.ts';
import { Secret } from '../../src/model/secret.ts';
import { SshConfigs } from '../../src/transport/ssh-config.ts';
import { jumpSettings, type Target, target } from '../../src/transport/target.ts';
import { isInstalled } from './local-shell.ts';

const targets = suite('target');
const home = mkdtempSync(join(tmpdir(), 'lvsform-target-'));
targets.after(() => rmSync(home, { recursive: true, force: true }));
mkdirSync(join(home, '.ssh'));

const settings = (over: Partial<SshSettings> = {}): SshSettings => ({
  host: 'web1',
  port: undefined,
  user: undefined,
  identityFiles: [],
  identityPassphrase: undefined,
  password: undefined,
  become: undefined,
  proxyJump: undefined,
  knownHostsFile: undefined,
  acceptNew: false,
  timeout: 10,
  ...over,
});
const around = { home, user: 'me', agent: '/agent', isSshHome: false };
const quiet = () => undefined;

async function of(config: string, over: Partial<SshSettings> = {}): Promise<Target> {
  writeFileSync(join(home, '.ssh', 'config'), config);
  const all = settings(over);
  return target(all, await new SshConfigs(around).of(all.host, all.user, all.port), around, quiet);
}

targets('without any configuration it is what ssh would do', () => {
  const plain = target(settings(), new Map(), around, quiet);
  assert.is(plain.where, 'me@web1:22');
  assert.equal(plain.identityFiles, []);
  assert.equal(plain.jumps, []);
  assert.is(plain.agent, '/agent');
  assert.is(plain.timeout, 10_000);
  assert.equal(plain.hostKey.files, [
    join(home, '.ssh/known_hosts'),
    join(home, '.ssh/known_hosts2'),
    '/etc/ssh/ssh_known_hosts',
    '/etc/ssh/ssh_known_hosts2',
  ]);
});

const withSsh = isInstalled('ssh') ? targets : targets.skip;

withSsh('~/.ssh/config is honoured, and the inventory wins over it', async () => {
  const config = `Host web*
  HostName 10.0.0.9
  Port 2222
  User admin
  IdentityFile ~/.ssh/%r-key
  IdentityAgent none
  ProxyJump gate,ops@[::1]:2200
  UserKnownHostsFile ~/.ssh/mine /other
  StrictHostKeyChecking accept-new
  HostKeyAlias alias\n`;
  const theirs = await of(config);
  assert.is(theirs.where, 'admin@10.0.0.9:2222');
  assert.equal(theirs.identityFiles, [join(home, '.ssh/admin-key')]);
  assert.is(theirs.agent, undefined);
  assert.equal(theirs.jumps, ['gate', 'ops@[::1]:2200']);
  assert.is(theirs.hostKey.name, 'alias');
  assert.is(theirs.hostKey.acceptNew, true);
  assert.is(theirs.hostKey.files[1], '/other');

  const ours = await of(config, {
    user: 'root',
    port: 22,
    identityFiles: ['/key'],
    proxyJump: 'none',
    knownHostsFile: '/known',
  });
  assert.is(ours.where, 'root@10.0.0.9:22');
  assert.equal(ours.identityFiles, ['/key']);
  assert.equal(ours.jumps, []);
  assert.equal(ours.hostKey.files, ['/known']);
});

withSsh('default keys that ssh lists are not taken for named ones', async () => {
  assert.equal((await of('Host *\n  Port 2222\n')).identityFiles, []);
});

withSsh('a ProxyCommand and a broken configuration are Problems', async () => {
  const commanded = await of('ProxyCommand nc %h %p\n').catch((reason: unknown) => reason);
  assert.ok(commanded instanceof Problem);
  assert.match(commanded.next ?? '', /ProxyJump/);
  const broken = await of('Port many\n').catch((reason: unknown) => reason);
  assert.ok(broken instanceof Problem);
  assert.match(broken.why ?? '', /line 1/);
});

targets('with nothing to say to us, or no ssh client, nothing is run', async () => {
  const trap = mkdtempSync(join(tmpdir(), 'lvsform-path-'));
  writeFileSync(join(trap, 'ssh'), '#!/bin/sh\nexit 1\n');
  chmodSync(join(trap, 'ssh'), 0o755);
  const path = process.env['PATH'];
  try {
    process.env['PATH'] = trap;
    assert.is((await of('# nothing\nHost *\n  Compression yes\n')).where, 'me@web1:22');
    rmSync(join(trap, 'ssh'));
    assert.is((await of('Port 2222\n')).where, 'me@web1:22');
  } finally {
    process.env['PATH'] = path;
    rmSync(trap, { recursive: true });
  }
});

targets('a jump host has its own user and port, our keys, and never our password', () => {
  const behind = settings({
    user: 'root',
    identityFiles: ['/key'],
    password: new Secret('x'),
    acceptNew: true,
  });
  for (const [hop, user, host, port] of [
    ['gate', undefined, 'gate', undefined],
    ['ops@gate:2200', 'ops', 'gate', 2200],
    ['[::1]:2200', undefined, '::1', 2200],
    ['a@b@gate', 'a@b', 'gate', undefined],
    ['ssh://ops@gate:22', 'ops', 'gate', 22],
  ] as const) {
    const jump = jumpSettings(hop, behind);
    assert.equal([jump.user, jump.host, jump.port], [user, host, port], hop);
    assert.equal([jump.identityFiles, jump.acceptNew], [['/key'], true]);
    assert.equal([jump.password, jump.become, jump.proxyJump], [undefined, undefined, undefined]);
  }
  for (const hop of ['', 'gate:port', '@gate', ':22']) assert.throws(() => jumpSettings(hop, behind), hop);
});

targets.run();
