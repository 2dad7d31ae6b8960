import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Problem } from '../../src/model/problem.ts';
import { type HostKeyPolicy, hostKeyAlgorithms, vouch } from '../../src/transport/host-key.ts';
import { fingerprint, judge, KnownHosts, keyType, parseKnownHosts } from '../../src/transport/known-hosts.ts';
import { KnownHostsFiles } from '../../src/transport/known-hosts-files.ts';
import { keygen } from './sshd.ts';

const hosts = suite('known_hosts');
const folder = mkdtempSync(join(tmpdir(), 'lvsform-known-hosts-'));
hosts.after(() => rmSync(folder, { recursive: true, force: true }));

const key = (name: string, type: string) => {
  keygen(join(folder, name), type);
  const line = readFileSync(join(folder, `${name}.pub`), 'utf8').trim();
  const [, base64 = ''] = line.split(' ');
  return { line: line.replace(/ test$/, ''), blob: Buffer.from(base64, 'base64') };
};
const one = key('one', 'ed25519');
const two = key('two', 'ed25519');
const ecdsa = key('ecdsa', 'ecdsa');
const rsa = key('rsa', 'rsa');

const verdict = (text: string, host: string, port: number, blob = one.blob) =>
  judge(new KnownHosts(parseKnownHosts(text, 'kh')).about(host, port), host, port, blob);

/** A line's patterns, a host, its port, and what is said of key one. */
const table: readonly (readonly [line: string, host: string, port: number, kind: string])[] = [
  [`web1 ${one.line}`, 'web1', 22, 'known'],
  [`web1 ${one.line} a comment`, 'WEB1', 22, 'known'],
  [`  web1\t${one.line}`, 'web1', 22, 'known'],
  [`web2,web1,10.0.0.1 ${one.line}`, '10.0.0.1', 22, 'known'],
  [`web1 ${one.line}`, 'web2', 22, 'unknown'],
  [`web1 ${one.line}`, 'web11', 22, 'unknown'],
  [`[web1]:2222 ${one.line}`, 'web1', 2222, 'known'],
  [`[web1]:2222 ${one.line}`, 'web1', 22, 'unknown'],
  [`[web1]:2222 ${one.line}`, 'web1', 2223, 'unknown'],
  [`web1 ${one.line}`, 'web1', 2222, 'known'],
  [`web1 ${two.line}`, 'web1', 2222, 'unknown'],
  [`[fe80::1]:2222 ${one.line}`, 'fe80::1', 2222, 'known'],
  [`*.example.org ${one.line}`, 'a.b.example.org', 22, 'known'],
  [`web? ${one.line}`, 'web7', 22, 'known'],
  [`web? ${one.line}`, 'web77', 22, 'unknown'],
  [`web.x ${one.line}`, 'webax', 22, 'unknown'],
  [`web*,!web9 ${one.line}`, 'web9', 22, 'unknown'],
  [`!web9,web* ${one.line}`, 'web8', 22, 'known'],
  [`!web9 ${one.line}`, 'web8', 22, 'unknown'],
  [`web1 ${two.line}`, 'web1', 22, 'changed'],
  [`web1 ${two.line}\nweb1 ${one.line}`, 'web1', 22, 'known'],
  [`web1 ${ecdsa.line}`, 'web1', 22, 'changed'],
  [`@revoked * ${one.line}\nweb1 ${one.line}`, 'web1', 22, 'revoked'],
  [`@revoked * ${one.line}`, 'web1', 2222, 'revoked'],
  [`@revoked web1 ${one.line}`, 'web1', 2222, 'revoked'],
  [`@revoked * ${two.line}\nweb1 ${one.line}`, 'web1', 22, 'known'],
  [`@cert-authority * ${one.line}`, 'web1', 22, 'unknown'],
  [`@no-such-marker web1 ${one.line}`, 'web1', 22, 'unknown'],
  [`# web1 ${one.line}`, 'web1', 22, 'unknown'],
  [
    `web1 1024 35 1234567890\n\nrubbish\nweb1 ssh-ed25519 AAAA\nweb1 ssh-rsa ${one.line.split(' ')[1]}`,
    'web1',
    22,
    'unknown',
  ],
];

for (const [line, host, port, kind] of table) {
  const short = line.replaceAll(/AAAA\S{20,}/g, 'KEY').replaceAll('\n', ' / ');
  hosts(`${short}: ${host} port ${port} is ${kind}`, () => assert.is(verdict(line, host, port).kind, kind));
}

hosts('names that ssh-keygen has hashed are found', () => {
  const file = join(folder, 'hashed');
  writeFileSync(file, `web1 ${one.line}\n[web2]:2222 ${one.line}\n`);
  execFileSync('ssh-keygen', ['-q', '-H', '-f', file], { stdio: 'ignore' });
  const text = readFileSync(file, 'utf8');
  assert.not.match(text, /web/);
  assert.is(verdict(text, 'web1', 22).kind, 'known');
  assert.is(verdict(text, 'web2', 2222).kind, 'known');
  assert.is(verdict(text, 'web2', 22).kind, 'unknown');
  assert.is(verdict(text, 'web1', 22, two.blob).kind, 'changed');
});

hosts('the fingerprint is the one that ssh-keygen shows', () => {
  for (const name of ['one', 'ecdsa', 'rsa']) {
    const blob = Buffer.from(readFileSync(join(folder, `${name}.pub`), 'utf8').split(' ')[1] ?? '', 'base64');
    assert.match(
      execFileSync('ssh-keygen', ['-lf', join(folder, `${name}.pub`)], { encoding: 'utf8' }),
      fingerprint(blob),
    );
  }
  assert.is(keyType(Buffer.from('zz')), '');
  assert.is(keyType(Buffer.from([255, 255, 255, 255, 1])), '');
});

hosts('the key types that are on record are asked for first', () => {
  const known = parseKnownHosts(`web1 ${rsa.line}\nweb1 ${ecdsa.line}\n@revoked web1 ${one.line}`, 'kh');
  assert.equal(hostKeyAlgorithms(known, 'web1', 22), [
    'ecdsa-sha2-nistp256',
    'rsa-sha2-512',
    'rsa-sha2-256',
    'ssh-ed25519',
    'ecdsa-sha2-nistp384',
    'ecdsa-sha2-nistp521',
  ]);
  assert.is(hostKeyAlgorithms(known, 'web2', 22)[0], 'ssh-ed25519');
});

const policy = (file: string, over: Partial<HostKeyPolicy> = {}): HostKeyPolicy => ({
  name: 'web1',
  port: 22,
  files: [join(folder, file)],
  acceptNew: false,
  onNote: () => undefined,
  ...over,
});

async function refusal(rule: HostKeyPolicy, blob: Buffer): Promise<Problem> {
  const error = await vouch(rule, new KnownHostsFiles(), blob).catch((reason: unknown) => reason);
  assert.ok(error instanceof Problem, String(error));
  assert.is(error.code, 4);
  return error;
}

hosts('a refusal names the key, its fingerprint, the line at fault and what to do', async () => {
  writeFileSync(join(folder, 'changed'), `# mine\nweb1 ${two.line}\n`);
  const changed = await refusal(policy('changed', { acceptNew: true }), one.blob);
  assert.match(changed.why ?? '', `ssh-ed25519 ${fingerprint(one.blob)}`);
  assert.match(changed.why ?? '', `${join(folder, 'changed')}:2 has another key, ${fingerprint(two.blob)}`);
  assert.match(changed.next ?? '', `ssh-keygen -R web1 -f ${join(folder, 'changed')}`);

  writeFileSync(join(folder, 'revoked'), `@revoked web1 ${one.line}\n`);
  assert.match(
    (await refusal(policy('revoked', { acceptNew: true }), one.blob)).why ?? '',
    /revoked:1 marks as @revoked/,
  );

  writeFileSync(join(folder, 'authority'), `@cert-authority * ${two.line}\n`);
  const unknown = await refusal(policy('authority'), one.blob);
  assert.match(unknown.why ?? '', /certificates are not supported/);
  assert.match(unknown.next ?? '', /--accept-new/);
});

hosts('a file that is not there knows nobody; one that cannot be read is refused', async () => {
  await refusal(policy('missing'), one.blob);
  const unreadable = await refusal(policy('.', { acceptNew: true }), one.blob);
  assert.match(unreadable.message, /cannot be read/);
  assert.match(unreadable.why ?? '', /EISDIR/);
});

hosts('a new key is recorded once, on a line of its own, in a file for its owner alone', async () => {
  const notes: string[] = [];
  const file = join('new', 'folder', 'known_hosts');
  const rule = policy(file, { acceptNew: true, port: 2222, onNote: text => notes.push(text) });
  const store = new KnownHostsFiles();
  await Promise.all([1, 2, 3].map(() => vouch(rule, store, one.blob)));
  assert.is(readFileSync(join(folder, file), 'utf8'), `[web1]:2222 ${one.line}\n`);
  assert.is(statSync(join(folder, file)).mode & 0o777, 0o600);
  assert.is(statSync(join(folder, 'new')).mode & 0o777, 0o700);
  assert.is(notes.length, 1);
  assert.match(notes[0] ?? '', fingerprint(one.blob));
  assert.is((await refusal(rule, two.blob)).message, 'the host key has changed: somebody may be in between');

  writeFileSync(join(folder, 'torn'), `web9 ${one.line}`);
  await vouch(policy('torn', { acceptNew: true }), new KnownHostsFiles(), one.blob);
  assert.is(readFileSync(join(folder, 'torn'), 'utf8'), `web9 ${one.line}\nweb1 ${one.line}\n`);
});

hosts("many hosts at once do not tear each other's lines", async () => {
  const store = new KnownHostsFiles();
  const names = Array.from({ length: 50 }, (_, i) => `host${i}`);
  await Promise.all(names.map(name => vouch(policy('many', { name, acceptNew: true }), store, one.blob)));
  const lines = readFileSync(join(folder, 'many'), 'utf8').trimEnd().split('\n').sort();
  assert.equal(lines, names.map(name => `${name} ${one.line}`).sort());
});

hosts('where a new key cannot be recorded it is not trusted', async () => {
  writeFileSync(join(folder, 'file'), '');
  chmodSync(join(folder, 'file'), 0o600);
  const error = await refusal(policy(join('file', 'known_hosts'), { acceptNew: true }), one.blob);
  assert.match(error.message, /cannot be recorded/);
});

hosts.run();
