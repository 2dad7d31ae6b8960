import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Become, SshSettings } from '../../model/cluster.ts';
import { defaults } from '../defaults.ts';
import type { DraftHost } from '../draft/host.ts';
import type { SSHSettings } from '../inventory-yaml.ts';
import type { Path } from '../path.ts';
import type { Secrets } from '../secrets/resolve.ts';

/** How one host is reached: its own settings before those for all, setting by setting. */
export function buildSsh(
  host: DraftHost,
  common: SSHSettings,
  directory: string,
  secrets: Secrets,
): SshSettings {
  const own = host.yaml.ssh ?? {};
  const either = { ...common, ...own };
  const pathOf = (key: keyof SSHSettings): Path => [...(key in own ? host.path : []), 'ssh', key];
  const file = (path: string) => localFile(path, directory);
  return {
    host: either.host ?? host.addresses[0]?.net.ip ?? host.name,
    port: either.port,
    user: either.user,
    identityFiles: [either.identity_file ?? []].flat().map(file),
    identityPassphrase: secrets(pathOf('identity_passphrase')),
    password: secrets(pathOf('password')),
    become: buildBecome(either.become, pathOf('become'), secrets),
    proxyJump: either.proxy_jump,
    knownHostsFile: either.known_hosts_file === undefined ? undefined : file(either.known_hosts_file),
    acceptNew: either.accept_new ?? defaults.ssh.acceptNew,
    timeout: either.timeout ?? defaults.ssh.timeout,
  };
}

function buildBecome(become: SSHSettings['become'], path: Path, secrets: Secrets): Become | undefined {
  if (become === undefined || become === false) return undefined;
  return { method: 'sudo', password: secrets([...path, 'password']) };
}

/** An absolute path: `~/` is the user's home, everything else is relative to the inventory. */
export function localFile(path: string, directory: string): string {
  return path.startsWith('~/') ? join(homedir(), path.slice(2)) : resolve(directory, path);
}
