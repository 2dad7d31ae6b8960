import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ground } from './ground.ts';

/** Where in a host's work something is held. */
export interface Hold {
  readonly kind: 'read' | 'step';
  /** Counted from 1, on this host. */
  readonly number: number;
  readonly when: 'before' | 'during' | 'after';
  /** For `during`: at which program that the step calls. */
  readonly call?: number;
}

export interface LightHostOptions {
  readonly name: string;
  /** In the network of the ground's process, with prefix length 24; the switch has .1. */
  readonly address: string;
  readonly bridge: string;
  /** MiB that its disk has room for. */
  readonly disk?: number;
  /** Shell text that the host runs as it starts: what an administrator has made there before. */
  readonly boot?: string;
}

let count = 0;

/**
 * A host that is a few processes on this machine: network, mounts, processes and host name of its own, an overlay for a root
 * whose upper folder is exactly what was changed, a real sshd. No systemd: its services are scripts of /etc/init.d.
 */
export class LightHost {
  readonly name: string;
  readonly address: string;
  readonly folder: string;
  readonly #ground: Ground;
  readonly #options: LightHostOptions;
  readonly #link: string;
  /** The same after each boot, or neighbours would call one that is gone. */
  readonly #mac: string;
  #process: ChildProcess | undefined;
  #init = 0;

  constructor(ground: Ground, options: LightHostOptions) {
    this.#ground = ground;
    this.#options = options;
    this.name = options.name;
    this.address = options.address;
    count += 1;
    this.#link = `lh${count}`;
    this.#mac = `02:00:00:00:00:${count.toString(16).padStart(2, '0')}`;
    this.folder = join(ground.folder, `host-${count}`);
    mkdirSync(this.folder);
  }

  get upper(): string {
    return join(this.folder, 'disk', 'upper');
  }

  /** Process id of the host's first process. */
  get init(): number {
    return this.#init;
  }

  /** Starts the host as it was never touched. */
  async start(): Promise<void> {
    const { disk = 256 } = this.#options;
    mkdirSync(join(this.folder, 'disk'), { recursive: true });
    execFileSync('mount', [
      '-t',
      'tmpfs',
      '-o',
      `size=${disk}m,mode=0755`,
      'tmpfs',
      join(this.folder, 'disk'),
    ]);
    for (const name of ['upper', 'work']) mkdirSync(join(this.folder, 'disk', name));
    await this.boot();
  }

  /** Boots what is on the disk. */
  async boot(): Promise<void> {
    const { folder } = this;
    rmSync(join(folder, 'hold'), { recursive: true, force: true });
    for (const name of ['root', 'hold']) mkdirSync(join(folder, name), { recursive: true });
    execFileSync('mkfifo', [join(folder, 'hold', 'go')]);
    rmSync(join(folder, 'ready'), { force: true });
    const words = [this.name, folder, this.#ground.layers.join(':'), this.#ground.shims, this.#ground.dev];
    const spaces = ['--mount', '--pid', '--net', '--uts', '--ipc', '--fork', '--kill-child'];
    const log = openSync(join(folder, 'console'), 'a');
    const child = spawn(
      'unshare',
      [...spaces, 'sh', '-c', bootText, 'sh', ...words, this.#options.boot ?? ''],
      {
        stdio: ['ignore', log, log],
      },
    );
    closeSync(log);
    this.#process = child;
    const pid = child.pid ?? 0;
    this.#init = await until(`${this.name} starts`, () => {
      if (child.exitCode !== null) throw new Error(`${this.name} does not start: ${this.console()}`);
      const [first] = childrenOf(pid);
      return first;
    });
    const link = this.#link;
    const steps = [
      `link add ${link} type veth peer name eth0 address ${this.#mac} netns ${this.#init}`,
      `link set ${link} master ${this.#options.bridge} up`,
    ];
    execFileSync('ip', ['-batch', '-'], { input: `${steps.join('\n')}\n` });
    this.inside(networkText, this.address);
    writeFileSync(join(folder, 'ready'), '');
    await until(`${this.name} listens`, () => {
      if (child.exitCode !== null) throw new Error(`${this.name} does not boot: ${this.console()}`);
      return this.console().includes('Server listening on 0.0.0.0') || undefined;
    });
  }

  /** Pulls the plug: every process ends at once. The disk stays. */
  async powerOff(): Promise<void> {
    const child = this.#process;
    if (child === undefined) return;
    this.#process = undefined;
    const gone = new Promise(resolve => child.once('exit', resolve));
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await gone;
    }
    writeFileSync(join(this.folder, 'console'), '');
    // The card went with the host's network; where that takes a moment, it is taken out here.
    spawnSync('ip', ['link', 'delete', this.#link], { stdio: 'ignore' });
  }

  /** Ends the host, and takes its disk away. */
  async stop(): Promise<void> {
    await this.powerOff();
    spawnSync('umount', ['-l', join(this.folder, 'disk')], { stdio: 'ignore' });
  }

  /** Runs a shell text in the host, past sshd, and answers what it printed. */
  inside(text: string, ...args: readonly string[]): string {
    return execFileSync(
      'nsenter',
      ['-t', String(this.#init), '-m', '-p', '-n', '-u', '-i', '-r', '-w', 'sh', '-c', text, 'sh', ...args],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: path }, maxBuffer: 64 << 20 },
    );
  }

  /** Holds the host's work there. */
  hold({ kind, number, when, call }: Hold): void {
    writeFileSync(join(this.folder, 'hold', 'hold'), `${kind} ${number} ${when} ${call ?? ''}\n`);
  }

  /** Has the calls that steps make counted in the log. */
  record(): void {
    writeFileSync(join(this.folder, 'hold', 'record'), '');
  }

  /** What sessions ran so far. */
  log(): readonly string[] {
    const file = join(this.folder, 'hold', 'log');
    return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
  }

  isHeld(): boolean {
    return existsSync(join(this.folder, 'hold', 'held'));
  }

  /** Lets what is held go on, and holds nothing any more. */
  release(): void {
    const at = (name: string) => join(this.folder, 'hold', name);
    rmSync(at('hold'), { force: true });
    if (!this.isHeld()) return;
    rmSync(at('held'));
    const go = openSync(at('go'), constants.O_RDWR | constants.O_NONBLOCK);
    writeSync(go, 'go\n');
    // Whoever reads it has to have read it before the last writer is gone.
    setTimeout(() => closeSync(go), 1000);
  }

  /** The processes of sshd that serve connections. */
  sessions(): readonly number[] {
    return childrenOf(this.#init)
      .filter(pid => nameOf(pid) === 'sshd')
      .flatMap(childrenOf);
  }

  /**
   * Sessions of lvsform whose shell still has somebody to listen to: each has a `tee` that reads the connection and two that
   * write to it (src/transport/bootstrap.ts), and the first ends with the connection or when the other side closes its own.
   */
  listeners(): number {
    const below = (pid: number): readonly number[] =>
      childrenOf(pid).flatMap(child => [child, ...below(child)]);
    const tees = below(this.#init).filter(pid => nameOf(pid) === 'tee').length;
    return Math.floor(tees / 3);
  }

  /** Waits until no run has the host's lock any more. */
  async unlocked(): Promise<void> {
    const file = `/proc/${this.#init}/root/run/lvsform.lock`;
    await until(`the lock of ${this.name} is free`, () => {
      if (!existsSync(file)) return true;
      return spawnSync('flock', ['-n', file, 'true']).status === 0 || undefined;
    });
  }

  console(): string {
    return readFileSync(join(this.folder, 'console'), 'utf8');
  }
}

const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const bootText = `set -e
name=$1 folder=$2 layers=$3 shims=$4 dev=$5 boot=$6
mount -t overlay overlay -o "lowerdir=$layers,upperdir=$folder/disk/upper,workdir=$folder/disk/work" "$folder/root"
cd "$folder/root"
mount -t proc proc proc
mount -t tmpfs -o mode=0755 tmpfs run
mount --rbind "$dev" dev
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
mount --bind "$shims" shim
mount --bind "$folder/hold" hold
mkdir run/sshd run/lock
hostname "$name"
while ! [ -e "$folder/ready" ]; do sleep 0.01; done
mount -t sysfs -o ro sysfs sys
mount -t tmpfs -o mode=1777 tmpfs tmp
pivot_root . mnt
cd /
umount -l /mnt
export PATH=${path}
unset TMPDIR
eval "$boot"
/usr/sbin/sshd -D -e -f /etc/ssh/faults_sshd_config &
wait "$!"
`;

/** Neither waits for duplicate addresses nor for routers: the host is there at once. */
const networkText = `ip link set lo up
sysctl -q net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.all.disable_ipv6=1 2>/dev/null || :
ip addr add "$1/24" dev eth0
ip link set eth0 up
ip route add default via "\${1%.*}.1"
`;

/** The processes that a process started and that still run. */
export function childrenOf(pid: number): readonly number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return text === '' ? [] : text.split(' ').map(Number);
  } catch {
    return [];
  }
}

function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return '';
  }
}

/** Asks again and again until there is an answer. */
export async function until<T>(what: string, ask: () => T | undefined, seconds = 60): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const answer = ask();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error(`waited ${seconds} s in vain: ${what}`);
    await sleep(10);
  }
}
