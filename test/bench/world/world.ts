import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { confOf, parameters, serviceScript } from '../work.ts';
import { crowdScript, hostScript, resetScript } from './host-script.ts';
import { run, start } from './shell.ts';

/** A host: namespaces, an overlay for a root, an address and an sshd of its own. */
export interface BenchHost {
  readonly name: string;
  readonly address: string;
  /** Its first process, in the numbers of the world. */
  readonly pid: number;
  /** What it has written, seen from outside. */
  readonly upper: string;
}

/** The controller's own address: that of the ways to all hosts. */
export const controllerAddress = '10.77.255.254';

/** The kernel's parameters that the tools may change: those of the work, and those of a real server. */
const touched = [
  ...parameters.map(([key]) => key),
  ...['all', 'lo'].flatMap(name => [
    `net.ipv4.conf.${name}.arp_ignore`,
    `net.ipv4.conf.${name}.arp_announce`,
  ]),
];

/** Up to so many hosts each has a network of its own; where there are more, all of them are of the crowd. */
export const mostWired = 50;

/** How many hosts start at the same time. */
const atOnce = 16;

/**
 * What is round the tools: a folder in memory, keys, and hosts on wires of their own. It is made inside the namespaces
 * of enter.ts, and goes with them.
 */
export class World {
  readonly folder: string;
  readonly identity: string;
  readonly knownHosts: string;
  readonly #wired: BenchHost[] = [];
  readonly #crowd: BenchHost[] = [];
  readonly #values: string;

  private constructor(folder: string, values: string) {
    this.folder = folder;
    this.identity = join(folder, 'id_ed25519');
    this.knownHosts = join(folder, 'known_hosts');
    this.#values = values;
  }

  static open(folder: string): World {
    run(['mount', '-t', 'tmpfs', '-o', 'mode=0711', 'tmpfs', folder]);
    // ip-netns(8) looks for names there; the mount is this namespace's alone.
    mkdirSync('/run/netns', { recursive: true });
    run(['mount', '-t', 'tmpfs', 'tmpfs', '/run/netns']);
    writeFileSync('/run/netns/bench', '');
    run(['mount', '--bind', '/proc/self/ns/net', '/run/netns/bench']);
    run(['ip', 'link', 'set', 'lo', 'up']);
    run(['ip', 'address', 'add', `${controllerAddress}/32`, 'dev', 'lo']);
    const values = touched.map(key => {
      const path = key.replaceAll('.', '/');
      return `${path} ${readFileSync(`/proc/sys/${path}`, 'utf8').trim()}`;
    });
    const world = new World(folder, values.join('\n'));
    world.#furnish();
    return world;
  }

  /** So many hosts; those that are not there yet are made. */
  async hosts(count: number): Promise<readonly BenchHost[]> {
    const wired = count <= mostWired;
    const list = wired ? this.#wired : this.#crowd;
    if (!wired && list.length === 0) run(['sh', '-c', crowdScript]);
    while (list.length < count) {
      const length = Math.min(atOnce, count - list.length);
      const numbers = Array.from({ length }, (_, index) => list.length + index);
      list.push(...(await this.#add(numbers, wired)));
    }
    return list.slice(0, count);
  }

  /** Lets the hosts' key be known under another name: `address` or `[address]:port`. */
  know(name: string): void {
    appendFileSync(this.knownHosts, `${name} ${this.#hostKey()}\n`);
  }

  /** Makes hosts as they were before any tool came. */
  async reset(hosts: readonly BenchHost[]): Promise<void> {
    await start(['sh', '-c', resetScript, 'sh', this.#values, ...hosts.map(({ pid }) => `${pid}`)]);
  }

  /** Changes one of the files behind the tools' backs. */
  drift(hosts: readonly BenchHost[]): void {
    for (const { pid } of hosts) appendFileSync(`/proc/${pid}/root${confOf('app-4')}`, 'by = hand\n');
  }

  /** What the hosts' sshd have counted: logins, and sessions (a command or a subsystem is one each). */
  counts(hosts: readonly BenchHost[]): { logins: number; sessions: number } {
    const logs = hosts.map(({ upper }) => readFileSync(join(upper, 'var/log/sshd.log'), 'utf8'));
    const count = (pattern: RegExp) => logs.reduce((sum, log) => sum + (log.match(pattern)?.length ?? 0), 0);
    return { logins: count(/^Accepted publickey/gm), sessions: count(/^Starting session/gm) };
  }

  #hostKey(): string {
    return readFileSync(join(this.folder, 'image/etc/ssh/host_key.pub'), 'utf8').trim();
  }

  #furnish(): void {
    const file = (name: string, text: string, mode = 0o644) =>
      writeFileSync(join(this.folder, name), text, { mode });
    const image = (path: string) => join(this.folder, 'image', path);
    for (const path of ['etc/ssh', 'etc/bench', 'usr/local/sbin'])
      mkdirSync(image(path), { recursive: true });
    run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'bench', '-f', this.identity]);
    run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'host', '-f', image('etc/ssh/host_key')]);
    mkdirSync(join(this.folder, 'hosts'));
    mkdirSync(join(this.folder, 'root/.ssh'), { recursive: true });
    file('root/.ssh/authorized_keys', readFileSync(`${this.identity}.pub`, 'utf8'), 0o600);
    chmodSync(join(this.folder, 'root/.ssh'), 0o700);
    if (existsSync('/etc/skel/.bashrc')) file('root/.bashrc', readFileSync('/etc/skel/.bashrc', 'utf8'));
    file('image/etc/ssh/sshd_config', sshdConfig);
    file('image/usr/local/sbin/bench-service', serviceScript, 0o755);
    file('known_hosts', '');
  }

  async #add(numbers: readonly number[], wired: boolean): Promise<BenchHost[]> {
    const started = numbers.map(number => {
      const name = `${wired ? 'h' : 'c'}${number}`;
      const address = `10.${wired ? 77 : 78}.${Math.floor(number / 250)}.${(number % 250) + 1}`;
      const hex = number.toString(16).padStart(4, '0');
      const [mac = '', far = ''] = [0, 1].map(end => `02:77:00:0${end}:${hex.slice(0, 2)}:${hex.slice(2)}`);
      const folder = join(this.folder, 'hosts', name);
      mkdirSync(folder);
      const [program, ...args] = [
        ...(wired
          ? (['unshare', '--net'] as const)
          : (['nsenter', '--net=/run/netns/crowd', 'unshare'] as const)),
        ...['--mount', '--pid', '--uts', '--ipc', '--fork', '--kill-child=SIGKILL'],
        ...['sh', '-c', hostScript, 'sh', name, address, this.folder, ...(wired ? [mac, far] : [])],
      ];
      const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
      return { name, address, mac, child, upper: join(folder, 'upper') };
    });
    const hosts = await Promise.all(
      started.map(async ({ name, address, child, upper }) => {
        await listening(child, name, upper);
        return { name, address, pid: onlyChild(child.pid ?? 0), upper };
      }),
    );
    if (wired) {
      const lines = started.flatMap(({ name, address, mac }) => [
        `link set ${name} up`,
        `neigh add ${address} lladdr ${mac} dev ${name} nud permanent`,
        `route add ${address}/32 dev ${name} src ${controllerAddress}`,
      ]);
      run(['ip', '-batch', '-'], `${lines.join('\n')}\n`);
    }
    for (const { address } of hosts) this.know(address);
    return hosts;
  }
}

async function listening(child: ChildProcess, name: string, upper: string): Promise<void> {
  const log = join(upper, 'var/log/sshd.log');
  for (;;) {
    if (existsSync(log) && readFileSync(log, 'utf8').includes('Server listening')) return;
    if (child.exitCode !== null)
      throw new Error(`host ${name} does not start; does this machine have overlayfs and veth?`);
    await sleep(10);
  }
}

/** `unshare --fork` has one child: the first process of the new namespace, which has become sshd. */
function onlyChild(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]);
}

const sshdConfig = `HostKey /etc/ssh/host_key
AuthorizedKeysFile .ssh/authorized_keys
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
PidFile none
LogLevel VERBOSE
Subsystem sftp internal-sftp
`;
