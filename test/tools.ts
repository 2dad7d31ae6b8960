import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, rmSync, writeFileSync } from 'node:fs';

/** Programs that tests run for real, and Debian's packages of them. Without one its tests are skipped, and say so. */
const tools: Readonly<Record<string, string>> = {
  '/usr/sbin/sshd': 'openssh-server',
  '/usr/bin/ssh': 'openssh-client',
  '/usr/bin/sudo': 'sudo',
  '/usr/sbin/haproxy': 'haproxy',
  '/usr/sbin/keepalived': 'keepalived',
  '/usr/bin/busybox': 'busybox',
  '/usr/bin/unshare': 'util-linux',
  '/usr/sbin/ip': 'iproute2',
  '/usr/sbin/iptables-nft': 'iptables',
};

/** While it is there, packages start no service of theirs (invoke-rc.d(8)): a test brings no daemon to this machine. */
const policy = '/usr/sbin/policy-rc.d';

const missing = Object.entries(tools).flatMap(([path, name]) => (isProgram(path) ? [] : [name]));
if (missing.length > 0 && process.getuid?.() === 0 && isProgram('/usr/bin/apt-get')) install(missing);

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function install(names: readonly string[]): void {
  process.stdout.write(`installing for the tests: ${names.join(', ')}\n`);
  const ours = !existsSync(policy);
  if (ours) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    if (!apt('install', '--no-install-recommends', ...names)) {
      apt('update');
      apt('install', '--no-install-recommends', ...names);
    }
  } finally {
    if (ours) rmSync(policy, { force: true });
  }
}

function apt(...words: readonly string[]): boolean {
  const { status } = spawnSync('apt-get', ['--yes', '--quiet', ...words], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return status === 0;
}
