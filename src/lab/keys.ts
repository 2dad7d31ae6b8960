import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeAtomically } from './atomic-file.ts';
import { labPaths } from './paths.ts';
import { run } from './run.ts';
import type { LabHost, LabSpec } from './spec.ts';

/** An OpenSSH ed25519 key pair, as the texts of its two files. */
export interface KeyPair {
  readonly private: string;
  readonly public: string;
}

/** Reads the key pair at `path` and `path`.pub, which is made first if it is not there. */
export async function keyPair(path: string, comment: string): Promise<KeyPair> {
  if (!(await stat(path).catch(() => undefined))) {
    const draft = `${path}.new`;
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await rm(draft, { force: true });
    await run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', draft]);
    await rename(`${draft}.pub`, `${path}.pub`);
    await rename(draft, path); // Last, because its presence says that the pair is whole.
  }
  const [secret, open] = await Promise.all([readFile(path, 'utf8'), readFile(`${path}.pub`, 'utf8')]);
  return { private: secret, public: open };
}

/** Makes the keys of a lab: the one that opens all hosts, and one for each host to be known by. */
export async function labKeys(
  spec: LabSpec,
): Promise<{ opening: KeyPair; hosts: ReadonlyMap<string, KeyPair> }> {
  const paths = labPaths(spec.name);
  const opening = await keyPair(paths.identity, `lvsform lab ${spec.name}`);
  const hosts = new Map<string, KeyPair>();
  for (const { name } of spec.hosts) hosts.set(name, await keyPair(paths.host(name).hostKey, name));
  await writeAtomically(paths.knownHosts, knownHosts(spec.hosts, hosts));
  return { opening, hosts };
}

/** A known_hosts file by which every name and every address of every host is known. */
export function knownHosts(hosts: readonly LabHost[], keys: ReadonlyMap<string, KeyPair>): string {
  return hosts
    .map(host => {
      const addresses = host.nics.flatMap(nic => nic.addresses.map(address => address.split('/')[0]));
      const [type, key] = keys.get(host.name)?.public.split(' ') ?? [];
      const names = [host.name, ...addresses];
      const onPorts = (host.sshPorts ?? []).flatMap(port => names.map(name => `[${name}]:${port}`));
      return `${[...names, ...onPorts].join(',')} ${type} ${key}\n`;
    })
    .join('');
}
