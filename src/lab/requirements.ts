import { access, readFile, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { exit, Problem } from '../model/problem.ts';

/** What decides whether this machine can hold a lab. */
export interface MachineFacts {
  readonly platform: string;
  readonly architecture: string;
  readonly root: boolean;
  /** May mount and make networks, which root in a container often may not. */
  readonly capable: boolean;
  /** ID and VERSION_CODENAME of /etc/os-release. */
  readonly distribution: string;
  readonly codename: string;
  readonly apt: boolean;
  /** /dev/net/tun is there. */
  readonly tun: boolean;
  /** The kernel knows network namespaces. */
  readonly namespaces: boolean;
  readonly memoryMiB: number;
  /** The image's path has only characters that User Mode Linux takes. */
  readonly plainPaths: boolean;
  readonly diskMiB: number;
}

/** What a lab takes of this machine beyond what it runs already. */
export interface Needs {
  readonly memoryMiB: number;
  readonly diskMiB: number;
}

/** Throws a Problem that names all that is missing here; answers Debian's code name. */
export async function checkRequirements(needs: Needs, cache: string): Promise<string> {
  const facts = await machineFacts(cache);
  const missing = unmet(facts, needs);
  if (missing.length === 0) return facts.codename;
  throw new Problem('this machine cannot hold the lab', {
    code: exit.failed,
    why: missing.join('; '),
    next: 'a lab needs root on Debian (x86_64) with /dev/net/tun and network namespaces; a VM will do, an unprivileged container will not',
  });
}

/** One line for each thing that is missing. */
export function unmet(facts: MachineFacts, needs: Needs): string[] {
  const { platform, architecture, distribution, codename } = facts;
  const faults: [boolean, string][] = [
    [platform !== 'linux', `it runs ${platform}, not Linux`],
    [architecture !== 'x64', `it is ${architecture}, and Debian has User Mode Linux for x86_64`],
    [!facts.root, 'you are not root'],
    [
      facts.root && !facts.capable,
      'root may not mount or make networks here, as in an unprivileged container',
    ],
    [
      distribution !== 'debian' || codename === '',
      `it runs ${distribution || 'an unknown system'}, not a Debian release`,
    ],
    [!facts.apt, 'it has no apt-get'],
    [!facts.tun, 'it has no /dev/net/tun'],
    [!facts.namespaces, 'its kernel has no network namespaces'],
    [
      facts.memoryMiB < needs.memoryMiB,
      `${needs.memoryMiB} MiB of memory are needed, ${facts.memoryMiB} MiB are free`,
    ],
    [facts.diskMiB < needs.diskMiB, `${needs.diskMiB} MiB of disk are needed, ${facts.diskMiB} MiB are free`],
    [!facts.plainPaths, 'the path of the cache has other characters than letters, digits and ._+-/'],
  ];
  return faults.flatMap(([failed, fault]) => (failed ? [fault] : []));
}

async function machineFacts(cache: string): Promise<MachineFacts> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const value = (name: string) => new RegExp(`^${name}="?([^"\n]*)"?$`, 'm').exec(release)?.[1] ?? '';
  const memory = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  const kilobytes = (name: string) => Number(new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(memory)?.[1] ?? 0);
  return {
    platform: process.platform,
    architecture: process.arch,
    root: process.geteuid?.() === 0,
    capable: capable(await readFile('/proc/self/status', 'utf8').catch(() => '')),
    distribution: value('ID'),
    codename: value('VERSION_CODENAME'),
    apt: await present('/usr/bin/apt-get'),
    tun: await isCharacterDevice('/dev/net/tun'),
    namespaces: await present('/proc/self/ns/net'),
    memoryMiB: Math.floor((kilobytes('MemAvailable') + kilobytes('SwapFree')) / 1024),
    plainPaths: /^[\w.+/-]+$/.test(cache),
    diskMiB: await freeMiB(cache),
  };
}

const capNetAdmin = 1n << 12n;
const capSysAdmin = 1n << 21n;

/** Judges the text of /proc/self/status. */
export function capable(status: string): boolean {
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  const needed = capNetAdmin | capSysAdmin;
  return (effective & needed) === needed;
}

async function freeMiB(directory: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(directory);
    return Math.floor((bavail * bsize) / 1024 / 1024);
  } catch {
    const parent = dirname(directory);
    return parent === directory ? 0 : freeMiB(parent);
  }
}

async function isCharacterDevice(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isCharacterDevice() ?? false;
}

async function present(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
