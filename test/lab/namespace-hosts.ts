import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { controllerAddresses } from '../../src/lab/controller-addresses.ts';
import { ensureHostPackages } from '../../src/lab/host-packages.ts';
import { ensureImage, imagePath } from '../../src/lab/image/cache.ts';
import type { Recipe } from '../../src/lab/image/recipe.ts';
import { baseOf, becoming } from '../../src/lab/image/systems.ts';
import { cacheDirectory } from '../../src/lab/paths.ts';
import { checkRequirements } from '../../src/lab/requirements.ts';
import { run } from '../../src/lab/run.ts';
import type { LabHost, LabSpec } from '../../src/lab/spec.ts';
import { imagesInUse } from '../../src/lab/state.ts';
import { program } from '../program.ts';
import { type Ended, ended } from './scene.ts';

const root = new URL('../..', import.meta.url).pathname;

/** The lab's image for each host, all that clusters need installed; built where it is not there yet. */
async function images(hosts: readonly LabHost[]): Promise<readonly string[]> {
  const cache = cacheDirectory();
  const suite = await checkRequirements({ memoryMiB: 64, diskMiB: 3072 }, cache);
  await ensureHostPackages(() => {});
  const kernel = (await run(['linux.uml', '--version'])).trim();
  const recipes = hosts.map(
    ({ image = 'debian' }): Recipe => ({ suite, kernel, image: baseOf(image), preinstalled: true }),
  );
  for (const recipe of recipes) await ensureImage(cache, recipe, imagesInUse, () => {});
  return recipes.map(recipe => imagePath(cache, recipe));
}

/** Holds the disks: an image, and over it what its host writes, which outlives the host's reboots. Words: host, image, ... */
const disks = `set -e
folder=$1; shift
mount -t tmpfs tmpfs "$folder/disks"
while [ $# -gt 0 ]; do
  host=$1 image=$2 own=$folder/disks/$1; shift 2
  mkdir -p "$own/image" "$own/upper/etc/ssh" "$own/upper/root/.ssh" "$own/work" "$own/root"
  mount -o loop,ro,noload "$image" "$own/image"
  [ ! -e "$folder/$host.become" ] || cp "$folder/$host.become" "$own/upper/become"
  cp "$folder/host_key" "$own/upper/etc/ssh/ssh_host_ed25519_key"
  cp "$folder/key.pub" "$own/upper/root/.ssh/authorized_keys"
  echo "$host" >"$own/upper/etc/hostname"
  chmod 0700 "$own/upper/root" "$own/upper/root/.ssh"
  mount -t overlay overlay -o "lowerdir=$own/image,upperdir=$own/upper,workdir=$own/work" "$own/root"
done
echo ready
exec sleep infinity`;

/**
 * At the first boot the host becomes what its system is. Then what an init that is no systemd does: lvsform's settings of
 * the kernel (others would be for all of this machine), the scripts of the host's owner and lvsform's, in the order of their
 * links; then SSH.
 */
const boot = `set -e
root=$1
hostname "$(cat "$root/etc/hostname")"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/run"
mkdir -p "$root/run/sshd"
exec chroot "$root" sh -c 'if [ -e /become ]; then
  sh /become || exit 1
  rm /become
fi
for file in /etc/sysctl.d/*lvsform*; do
  [ ! -e "$file" ] || sysctl -q -p "$file"
done
for script in /etc/rc2.d/S*; do
  case $script in *iptables | *lvsform*) "$script" start || echo "$script failed" >&2 ;; esac
done
exec /usr/sbin/sshd -D -e'`;

/**
 * Hosts that are namespaces of this machine, each with an image of the lab as its root, its own network, and an SSH server: for
 * what this machine's kernel has and the lab's has not. They have no systemd, so their services are scripts of /etc/init.d.
 */
export class NamespaceHosts {
  readonly #spec: LabSpec;
  readonly #folder: string;
  readonly #disks: ChildProcess;
  readonly #running = new Map<string, ChildProcess>();

  private constructor(spec: LabSpec, folder: string, holder: ChildProcess) {
    this.#spec = spec;
    this.#folder = folder;
    this.#disks = holder;
  }

  static async open(spec: LabSpec): Promise<NamespaceHosts> {
    const found = await images(spec.hosts);
    for (const name of namespaces(spec)) forget(name);
    const folder = mkdtempSync(join(tmpdir(), `lvsform-${spec.name}-`));
    mkdirSync(join(folder, 'disks'));
    for (const name of ['key', 'host_key'])
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)]);
    const addresses = spec.hosts.flatMap(host => host.nics.flatMap(nic => nic.addresses.map(bare)));
    const public_ = readFileSync(join(folder, 'host_key.pub'), 'utf8');
    writeFileSync(join(folder, 'known_hosts'), addresses.map(address => `${address} ${public_}`).join(''));
    for (const { name, image } of spec.hosts) {
      const become = becoming(image);
      if (become !== undefined) writeFileSync(join(folder, `${name}.become`), become);
    }
    const words = spec.hosts.flatMap(({ name }, index) => [name, found[index] ?? '']);
    const holder = spawn(
      'setpriv',
      [
        ...['--pdeathsig', 'KILL', 'unshare', '--mount', '--propagation', 'private'],
        ...['sh', '-c', disks, 'sh', folder, ...words],
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const hosts = new NamespaceHosts(spec, folder, holder);
    try {
      await new Promise<void>((resolve, reject) => {
        holder.stdout?.once('data', () => resolve());
        holder.once('close', () => reject(new Error('the disks could not be mounted')));
      });
      hosts.#network();
      await Promise.all(spec.hosts.map(({ name }) => hosts.#start(name)));
      return hosts;
    } catch (error) {
      await hosts.end();
      throw error;
    }
  }

  /** The lines of an inventory by which its hosts are reached. */
  ssh(): string {
    const file = (name: string) => JSON.stringify(join(this.#folder, name));
    return `ssh:\n  user: root\n  identity_file: ${file('key')}\n  known_hosts_file: ${file('known_hosts')}\n`;
  }

  /** A place for the test's own files. */
  get folder(): string {
    return this.#folder;
  }

  /** Runs the command line of lvsform where the hosts can be reached. */
  lvsform(...args: readonly string[]): Promise<Ended> {
    return this.#inside([...program, ...args]);
  }

  /** Runs a shell text on a host, by ssh. */
  on(host: string, text: string): Promise<Ended> {
    const address = bare(this.#host(host).nics[0]?.addresses[0] ?? '');
    const options = ['-o', `UserKnownHostsFile=${join(this.#folder, 'known_hosts')}`, '-o', 'BatchMode=yes'];
    return this.#inside(['ssh', '-i', join(this.#folder, 'key'), ...options, `root@${address}`, text]);
  }

  /** Runs a shell text on this machine, in the network of the hosts. */
  beside(text: string): Promise<Ended> {
    return this.#inside(['sh', '-c', text]);
  }

  /** Takes the power, and with it all that is not on the disk: processes, /run, the network with its rules. */
  async reboot(host: string): Promise<void> {
    await this.#stop(host);
    // A namespace takes its devices with it some time after it was deleted: the wires go first, and at once.
    for (const index of this.#host(host).nics.keys())
      ip('-n', `lvsform-${this.#spec.name}`, 'link', 'delete', this.#port(host, index));
    forget(this.#namespace(host));
    await this.#start(host);
  }

  async end(): Promise<void> {
    for (const { name } of this.#spec.hosts) await this.#stop(name);
    await killed(this.#disks);
    for (const name of namespaces(this.#spec)) forget(name);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #host(name: string): LabHost {
    const host = this.#spec.hosts.find(each => each.name === name);
    if (host === undefined) throw new Error(`no host ${name}`);
    return host;
  }

  /** Its card's other end, at the bridge. */
  #port(host: string, nic: number): string {
    return `p${this.#spec.hosts.indexOf(this.#host(host))}-${nic}`;
  }

  #namespace(host: string): string {
    return `lvsform-${this.#spec.name}-${host}`;
  }

  /** The controller's network: a bridge a segment, on which it has an address. */
  #network(): void {
    const own = `lvsform-${this.#spec.name}`;
    ip('netns', 'add', own);
    for (const [segment, addresses] of Object.entries(controllerAddresses(this.#spec))) {
      ip('-n', own, 'link', 'add', segment, 'type', 'bridge');
      ip('-n', own, 'link', 'set', segment, 'up');
      for (const address of addresses) ip('-n', own, 'address', 'add', address, 'dev', segment);
    }
  }

  async #start(name: string): Promise<void> {
    const host = this.#host(name);
    const namespace = this.#namespace(name);
    const own = `lvsform-${this.#spec.name}`;
    ip('netns', 'add', namespace);
    ip('-n', namespace, 'link', 'set', 'lo', 'up');
    for (const [index, nic] of host.nics.entries()) {
      const port = this.#port(name, index);
      // Cards keep their address over a reboot: neighbours go on sending to it.
      const mac = `02:00:00:00:${hex(this.#spec.hosts.indexOf(host))}:${hex(index)}`;
      const peer = ['peer', 'name', nic.name, 'address', mac, 'netns', namespace];
      ip('-n', own, 'link', 'add', port, 'type', 'veth', ...peer);
      ip('-n', own, 'link', 'set', port, 'master', nic.segment, 'up');
      ip('-n', namespace, 'link', 'set', nic.name, 'up');
      for (const address of nic.addresses) ip('-n', namespace, 'address', 'add', address, 'dev', nic.name);
    }
    if (host.defaultRoute !== undefined)
      ip('-n', namespace, 'route', 'add', 'default', 'via', host.defaultRoute);
    const entering = [`--mount=/proc/${this.#disks.pid}/ns/mnt`, `--net=/run/netns/${namespace}`];
    const contained = ['--mount', '--uts', '--pid', '--fork', '--kill-child', '--propagation', 'private'];
    const child = spawn(
      'setpriv',
      [
        ...['--pdeathsig', 'KILL', 'nsenter', ...entering, 'unshare', ...contained],
        ...['sh', '-c', boot, 'sh', join(this.#folder, 'disks', name, 'root')],
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    this.#running.set(name, child);
    let log = '';
    await new Promise<void>((resolve, reject) => {
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        log += text;
        if (log.includes('Server listening')) resolve();
      });
      child.once('close', () => reject(new Error(`${name} does not boot: ${log}`)));
    });
  }

  async #stop(name: string): Promise<void> {
    const child = this.#running.get(name);
    if (child !== undefined) await killed(child);
    this.#running.delete(name);
  }

  #inside(argv: readonly string[]): Promise<Ended> {
    const own = `lvsform-${this.#spec.name}`;
    return ended(
      spawn('ip', ['netns', 'exec', own, ...argv], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] }),
    );
  }
}

function hex(number: number): string {
  return number.toString(16).padStart(2, '0');
}

function bare(address: string): string {
  return address.replace(/\/.*/, '');
}

function ip(...words: readonly string[]): void {
  execFileSync('ip', words, { stdio: ['ignore', 'ignore', 'inherit'] });
}

function namespaces({ name, hosts }: LabSpec): readonly string[] {
  return [`lvsform-${name}`, ...hosts.map(host => `lvsform-${name}-${host.name}`)];
}

/** Its devices go with it, and so do their other ends. */
function forget(namespace: string): void {
  execFileSync('sh', ['-c', '[ ! -e "/run/netns/$1" ] || ip netns delete "$1"', 'sh', namespace]);
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise(resolve => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}
