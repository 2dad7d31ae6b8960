import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as uvu from 'uvu';
import type { SshSettings } from '../../src/model/cluster.ts';

/** A user of a test's sshd; it exists in that sshd's mount namespace alone. */
export interface TestUser {
  readonly name: string;
  readonly uid: number;
  readonly shell?: string;
  readonly password?: string;
}

export interface SshdOptions {
  readonly users?: readonly TestUser[];
  /** Lines of sshd_config; the first of a keyword counts, so these come first. */
  readonly config?: readonly string[];
  /** All of /etc/sudoers. */
  readonly sudoers?: string;
  /** Lines for root's .bashrc. */
  readonly bashrc?: string;
  readonly rootShell?: string;
  readonly rootPassword?: string;
  /** /etc and /var are its own too: what is written there is gone with it, so a whole run can be made on it. */
  readonly ownFiles?: true;
  /** The address it listens on; 0.0.0.0 makes every address of 127.0.0.0/8 a host. Default 127.0.0.1. */
  readonly listen?: string;
  /** Types of the host's keys. */
  readonly hostKeys?: readonly ('ed25519' | 'ecdsa' | 'rsa')[];
}

export interface Sshd {
  readonly port: number;
  /** Scratch: `key` is a private key that root and all users let in. */
  readonly folder: string;
  readonly pid: number;
  /** A known_hosts file that has this host's keys. */
  readonly knownHosts: string;
  settings(over?: Partial<SshSettings>): SshSettings;
  /** The pids of the processes that serve connections. */
  sessions(): readonly number[];
  /** What sshd has logged. */
  log(): string;
  stop(): Promise<void>;
}

/** Why a real sshd cannot be run here; undefined where it can. */
export function cannotRunSshd(): string | undefined {
  if (process.getuid?.() !== 0) return 'not root';
  try {
    execFileSync('sh', ['-c', 'test -x /usr/sbin/sshd && command -v ssh-keygen && unshare --mount true']);
    return undefined;
  } catch {
    return 'no sshd, ssh-keygen or unshare';
  }
}

/** The suite's own test function, or, where there is a reason, its skip: said aloud, never silently. */
export function unless<T>(reason: string | undefined, suite: uvu.Test<T>): uvu.Test<T>['skip'] {
  if (reason === undefined) return suite;
  process.stderr.write(`skipped: ${reason}\n`);
  return suite.skip;
}

/**
 * A real OpenSSH server on a free port of 127.0.0.1. It runs in a mount namespace of its own, with
 * /etc's users, sudoers, /root, /home and /run of its own, so a test changes nothing of this machine.
 */
export async function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  const folder = mkdtempSync(join(tmpdir(), 'lvsform-sshd-'));
  // sshd reads authorized_keys as the user who logs in.
  chmodSync(folder, 0o711);
  const file = (name: string, text: string, mode = 0o644) => {
    writeFileSync(join(folder, name), text, { mode });
    return join(folder, name);
  };
  const port = await freePort();
  const types = options.hostKeys ?? ['ed25519'];
  for (const type of types) keygen(join(folder, `host_${type}`), type);
  keygen(join(folder, 'key'), 'ed25519');
  mkdirSync(join(folder, 'root'), { mode: 0o700 });
  file('root/.bashrc', options.bashrc ?? '');
  mkdirSync(join(folder, 'home'));
  mkdirSync(join(folder, 'own'));
  file('authorized_keys', readFileSync(join(folder, 'key.pub'), 'utf8'));
  const users = options.users ?? [];
  const rootShell = options.rootShell ?? '/bin/bash';
  file('passwd', accounts(readFileSync('/etc/passwd', 'utf8'), users, rootShell));
  file('shadow', shadow(users, options.rootPassword));
  file(
    'group',
    readFileSync('/etc/group', 'utf8') + users.map(({ name, uid }) => `${name}:x:${uid}:\n`).join(''),
  );
  file('sudoers', options.sudoers ?? 'root ALL=(ALL:ALL) ALL\n', 0o440);
  for (const { name, uid } of users) {
    execFileSync('install', ['-d', '-o', `${uid}`, '-g', `${uid}`, join(folder, 'home', name)]);
  }
  file(
    'sshd_config',
    [
      ...(options.config ?? []),
      `ListenAddress ${options.listen ?? '127.0.0.1'}:${port}`,
      ...types.map(type => `HostKey ${join(folder, `host_${type}`)}`),
      `AuthorizedKeysFile ${join(folder, 'authorized_keys')}`,
      'StrictModes no',
      'PidFile none',
      'UsePAM no',
      'PermitRootLogin yes',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'LogLevel VERBOSE',
      '',
    ].join('\n'),
  );
  const script = `set -e
for d in $2; do
  mkdir "$1/own$d"; mount -t tmpfs tmpfs "$1/own$d"; mkdir "$1/own$d/upper" "$1/own$d/work"
  mount -t overlay overlay -o "lowerdir=$d,upperdir=$1/own$d/upper,workdir=$1/own$d/work" "$d"
done
for f in passwd shadow group sudoers; do [ ! -e /etc/$f ] || mount --bind "$1/$f" /etc/$f; done
mount --bind "$1/root" /root; mount --bind "$1/home" /home
mount -t tmpfs tmpfs /run; mkdir -p /run/sshd /run/sudo; chmod 711 /run/sudo
[ -z "$2" ] || mount -t tmpfs tmpfs /var/lib
exec /usr/sbin/sshd -D -f "$1/sshd_config" -E "$1/log"`;
  const own = options.ownFiles ? '/etc /var' : '';
  const child = spawn(
    'unshare',
    ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', folder, own],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const knownHosts = file(
    'known_hosts',
    types
      .map(type => `[127.0.0.1]:${port} ${readFileSync(join(folder, `host_${type}.pub`), 'utf8')}`)
      .join(''),
  );
  const pid = child.pid ?? 0;
  const log = () => readFileSync(join(folder, 'log'), { encoding: 'utf8', flag: 'a+' });
  const stop = () => stopSshd(child, folder);
  for (let turn = 0; !log().includes('Server listening'); turn += 1) {
    if (turn > 100 || child.exitCode !== null) {
      await stop();
      throw new Error(`sshd does not start: ${log()}`);
    }
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  return {
    port,
    folder,
    pid,
    knownHosts,
    log,
    stop,
    settings: (over = {}) => ({
      host: '127.0.0.1',
      port,
      user: 'root',
      identityFiles: [join(folder, 'key')],
      identityPassphrase: undefined,
      password: undefined,
      become: undefined,
      proxyJump: undefined,
      knownHostsFile: knownHosts,
      acceptNew: false,
      timeout: 10,
      ...over,
    }),
    sessions: () => children(pid),
  };
}

export function keygen(path: string, type: string, passphrase = '', ...more: readonly string[]): void {
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', passphrase, '-C', 'test', '-f', path, ...more]);
}

export function children(pid: number): readonly number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.trim() === '' ? [] : text.trim().split(' ').map(Number);
}

/** A process and all below it. */
export function family(pid: number): readonly number[] {
  try {
    return [pid, ...children(pid).flatMap(family)];
  } catch {
    return [];
  }
}

async function stopSshd(child: ChildProcess, folder: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
    const gone = new Promise(resolve => child.once('exit', resolve));
    for (const pid of family(child.pid).toReversed()) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    }
    await gone;
  }
  rmSync(folder, { recursive: true, force: true });
}

function accounts(passwd: string, users: readonly TestUser[], rootShell: string): string {
  const own = users.map(
    ({ name, uid, shell = '/bin/sh' }) => `${name}:x:${uid}:${uid}::/home/${name}:${shell}\n`,
  );
  return passwd.replace(/^(root:.*:)[^:\n]*$/m, `$1${rootShell}`) + own.join('');
}

function shadow(users: readonly TestUser[], rootPassword: string | undefined): string {
  const hash = (password: string) =>
    execFileSync('openssl', ['passwd', '-6', '-stdin'], { input: password, encoding: 'utf8' }).trim();
  const line = (name: string, password: string | undefined) =>
    `${name}:${password === undefined ? '*' : hash(password)}:19000:0:99999:7:::\n`;
  return [line('root', rootPassword), ...users.map(({ name, password }) => line(name, password))].join('');
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
