import { homedir } from 'node:os';
import { join } from 'node:path';

/** Labs that are up, a directory each: small files that a reboot of this machine should take away. */
export const runRoot = '/run/lvsform/lab';
/** The hosts' disks: large, so not in memory. */
export const diskRoot = '/var/lib/lvsform-lab';

/** The files of one lab. */
export interface LabPaths {
  readonly run: string;
  readonly disks: string;
  readonly lock: string;
  /** Starts a machine; see starter.ts. */
  readonly starter: string;
  readonly state: string;
  readonly identity: string;
  readonly knownHosts: string;
  /** What User Mode Linux keeps for each machine: pid file and control socket. */
  readonly uml: string;
  host(name: string): HostPaths;
}

export interface HostPaths {
  readonly directory: string;
  readonly hostKey: string;
  readonly configDrive: string;
  readonly console: string;
  /** What User Mode Linux itself says on starting. */
  readonly errors: string;
  /** The process that is the machine. */
  readonly process: string;
  readonly disk: string;
}

/** Where the files of the lab `name` are. */
export function labPaths(name: string): LabPaths {
  const run = join(runRoot, name);
  const disks = join(diskRoot, name);
  return {
    run,
    disks,
    lock: join(runRoot, `${name}.lock`),
    starter: join(disks, 'start'),
    state: join(run, 'state.json'),
    identity: join(run, 'id_ed25519'),
    knownHosts: join(run, 'known_hosts'),
    uml: join(run, 'uml'),
    host: host => {
      const directory = join(run, 'hosts', host);
      return {
        directory,
        hostKey: join(directory, 'ssh_host_ed25519_key'),
        configDrive: join(directory, 'config.tar'),
        console: join(directory, 'console.log'),
        errors: join(directory, 'uml.log'),
        process: join(directory, 'process.json'),
        disk: join(disks, `${host}.cow`),
      };
    },
  };
}

/** Where base images stay between labs: LVSFORM_CACHE, or lvsform/ in the user's cache directory. */
export function cacheDirectory(env: NodeJS.ProcessEnv = process.env): string {
  const chosen = env['LVSFORM_CACHE'];
  if (chosen) return join(chosen, 'lab');
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'lvsform', 'lab');
}
