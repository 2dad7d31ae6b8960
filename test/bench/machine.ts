import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import type { Figures } from './figures.ts';

/** What this machine is, for the reader of its figures. */
export function machine(): Figures['machine'] {
  const [, name = 'Linux'] = /^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync('/etc/os-release', 'utf8')) ?? [];
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memory: totalmem(),
    system: `${name}, Linux ${release()}, Node ${process.versions.node}`,
  };
}

/** How many processes wanted a core in the last minute. */
export function load(): number {
  return Math.round((loadavg()[0] ?? 0) * 10) / 10;
}

/** Why the benchmark cannot run here; undefined where it can. */
export function unfit(): string | undefined {
  if (process.getuid?.() !== 0) return 'it makes namespaces and mounts: run it as root';
  if (!/\boverlay$/m.test(filesystems())) return 'this kernel has no overlayfs: modprobe overlay';
  const mounts = readFileSync('/proc/self/mounts', 'utf8');
  const apart = ['/usr', '/etc', '/var', '/bin'].filter(path => mounts.includes(` ${path} `));
  if (apart.length > 0)
    return `${apart.join(', ')} is a file system of its own, and the hosts' root would lack it`;
  return undefined;
}

function filesystems(): string {
  return readFileSync('/proc/filesystems', 'utf8');
}
