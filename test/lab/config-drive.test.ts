import { execFileSync } from 'node:child_process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { configDrive, hostsFile } from '../../src/lab/config-drive.ts';
import { knownHosts } from '../../src/lab/keys.ts';
import type { LabHost } from '../../src/lab/spec.ts';
import { tar } from '../../src/lab/tar.ts';

const host: LabHost = {
  name: 'gw',
  nics: [
    { name: 'eth0', addresses: ['192.168.0.1/24', '2001:db8::1/64'], segment: 'lan' },
    { name: 'ens5', addresses: ['10.0.0.1/24'], segment: 'wan' },
  ],
  defaultRoute: '10.0.0.254',
};
const keys = {
  host: { private: 'host secret\n', public: 'ssh-ed25519 HOSTKEY gw\n' },
  opening: { private: 'secret\n', public: 'ssh-ed25519 OPENING lab\n' },
};

/** What GNU tar, which the guests use, makes of an archive. */
function unpacked(archive: Buffer, ...options: string[]): string {
  return execFileSync('tar', [...options, '-f', '-'], { input: archive, encoding: 'utf8' });
}

test('tar reads what tar writes: modes, owners, contents, whole sectors', () => {
  const archive = tar([
    { path: 'd/', mode: 0o700, owner: 1000 },
    { path: 'd/f', mode: 0o640, content: 'käse\n' },
    { path: 'empty', mode: 0o600, content: '' },
  ]);
  assert.is(archive.length % 512, 0);
  const listing = unpacked(archive, '-tv', '--numeric-owner').split('\n');
  assert.match(listing[0] ?? '', /^drwx------ 1000\/1000 .* d\/$/);
  assert.match(listing[1] ?? '', /^-rw-r----- 0\/0 +6 .* d\/f$/);
  assert.is(unpacked(archive, '-xO', 'd/f'), 'käse\n');
});

test('a path that a header cannot hold is refused', () => {
  assert.throws(() => tar([{ path: 'a'.repeat(101), mode: 0o644 }]), 'too long');
});

test('a config drive says who the host is', () => {
  const drive = configDrive({ name: 'dr', hosts: [host] }, host, keys);
  const file = (path: string) => unpacked(drive, '-xO', path);
  assert.is(file('once/etc/hostname'), 'gw\n');
  assert.is(file('once/root/.ssh/authorized_keys'), keys.opening.public);
  assert.is(file('once/etc/ssh/ssh_host_ed25519_key'), keys.host.private);
  assert.not.match(drive.toString(), /^secret/m);
  assert.equal(file('network').trim().split('\n'), [
    'link vec0 eth0',
    'link vec1 ens5',
    'address eth0 192.168.0.1/24',
    'address eth0 2001:db8::1/64',
    'address ens5 10.0.0.1/24',
    'default 10.0.0.254',
  ]);
});

test('names and addresses of all hosts are known to hosts and to ssh', () => {
  assert.match(hostsFile([host]), '\n192.168.0.1 gw\n2001:db8::1 gw\n10.0.0.1 gw\n');
  const known = knownHosts([host], new Map([['gw', keys.host]]));
  assert.is(known, 'gw,192.168.0.1,2001:db8::1,10.0.0.1 ssh-ed25519 HOSTKEY\n');
});

test.run();
