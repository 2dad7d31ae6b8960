import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeShims } from './shims.ts';

/** A file of the layer that lies over the image. */
export interface LayerFile {
  readonly path: string;
  readonly content: string;
  readonly mode?: number;
}

/** What all light hosts of a process stand on. */
export interface Ground {
  readonly folder: string;
  /** Lower layers of each host's root, the uppermost first. */
  readonly layers: readonly [string, ...string[]];
  readonly shims: string;
  readonly dev: string;
  readonly identity: string;
  /** The public key of every host, as known_hosts has it after the name. */
  readonly hostKey: string;
}

/** Words that stand for secrets: none of them may turn up where no secret belongs. */
export const canaries = { sudo: 'canary-sudo-7c1f', vrrp: 'cnryvrrp' } as const;

const sshd = `Port 22
HostKey /etc/ssh/faults_host_key
PermitRootLogin yes
PasswordAuthentication no
UsePAM no
UseDNS no
StrictModes no
PidFile none
MaxStartups 100
AuthorizedKeysFile /etc/ssh/faults_authorized_keys
SetEnv PATH=/shim:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
`;

const sudoers = `Defaults secure_path="/shim:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
lab ALL=(ALL:ALL) NOPASSWD: ALL
admin ALL=(ALL:ALL) ALL
`;

/**
 * Mounts the image and puts a layer over it: keys, and what `files` say. To be called in a mount namespace of its own:
 * nothing of this machine changes.
 */
export function layGround(image: string, files: readonly LayerFile[]): Ground {
  // Every Debian has this directory, and what is mounted over it in here leaves nothing behind out there.
  const folder = '/mnt';
  const at = (name: string) => join(folder, name);
  execFileSync('mount', ['--make-rprivate', '/']);
  execFileSync('ip', ['link', 'set', 'lo', 'up']);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'mode=0711', 'tmpfs', folder]);
  for (const name of ['image', 'layer', 'dev', 'shims']) mkdirSync(at(name));
  execFileSync('mount', ['-o', 'loop,ro,noload', image, at('image')]);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'mode=0755', 'tmpfs', at('dev')]);
  execFileSync('sh', ['-c', devices, 'sh', at('dev')]);
  for (const key of ['id', 'host']) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', at(key)]);
  }
  const password = execFileSync('openssl', ['passwd', '-6', '-stdin'], { input: canaries.sudo }).toString();
  const layer: readonly LayerFile[] = [
    { path: '/etc/ssh/faults_host_key', content: readFileSync(at('host'), 'utf8'), mode: 0o600 },
    { path: '/etc/ssh/faults_authorized_keys', content: readFileSync(at('id.pub'), 'utf8') },
    { path: '/etc/ssh/faults_sshd_config', content: sshd },
    { path: '/etc/sudoers.d/lab', content: sudoers, mode: 0o440 },
    {
      path: '/etc/shadow',
      content: readFileSync(at('image/etc/shadow'), 'utf8').replace(
        /^admin:[^:]*/m,
        `admin:${password.trim()}`,
      ),
      mode: 0o640,
    },
    ...files,
  ];
  for (const { path, content, mode = 0o644 } of layer) {
    mkdirSync(dirname(join(at('layer'), path)), { recursive: true });
    writeFileSync(join(at('layer'), path), content, { mode });
  }
  mkdirSync(join(at('layer'), 'shim'));
  mkdirSync(join(at('layer'), 'hold'));
  execFileSync('chgrp', ['shadow', join(at('layer'), 'etc/shadow')]);
  writeShims(at('shims'), at('image'));
  return {
    folder,
    layers: [at('layer'), at('image')],
    shims: at('shims'),
    dev: at('dev'),
    identity: at('id'),
    hostKey: readFileSync(at('host.pub'), 'utf8').split(' ').slice(0, 2).join(' '),
  };
}

const devices = `cd "$1"
mknod -m 666 null c 1 3; mknod -m 666 zero c 1 5; mknod -m 666 full c 1 7; mknod -m 666 random c 1 8
mknod -m 666 urandom c 1 9; mknod -m 666 tty c 5 0; mkdir pts shm net; ln -s /proc/self/fd fd
ln -s pts/ptmx ptmx; ln -s /proc/self/fd/0 stdin; ln -s /proc/self/fd/1 stdout; ln -s /proc/self/fd/2 stderr
`;
