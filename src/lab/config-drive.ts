import { becoming } from './image/systems.ts';
import type { KeyPair } from './keys.ts';
import type { LabHost, LabSpec } from './spec.ts';
import { type TarEntry, tar } from './tar.ts';

const users = { lab: 1000, admin: 1001 };

/**
 * A host's second disk, from which it learns who it is. `once/` is laid over its file system at the
 * first boot, and `become` is run then; `network` is followed at each boot, a line a step:
 *
 *     link vec0 eth0
 *     address eth0 192.168.0.210/24
 *     default 192.168.0.1
 */
export function configDrive(spec: LabSpec, host: LabHost, keys: { host: KeyPair; opening: KeyPair }): Buffer {
  const authorized = keys.opening.public;
  const once: TarEntry[] = [
    { path: 'etc/hostname', mode: 0o644, content: `${host.name}\n` },
    { path: 'etc/hosts', mode: 0o644, content: hostsFile(spec.hosts) },
    { path: 'etc/ssh/ssh_host_ed25519_key', mode: 0o600, content: keys.host.private },
    { path: 'etc/ssh/ssh_host_ed25519_key.pub', mode: 0o644, content: keys.host.public },
    { path: 'root/', mode: 0o700 },
    { path: 'root/.ssh/', mode: 0o700 },
    { path: 'root/.ssh/authorized_keys', mode: 0o600, content: authorized },
    ...Object.entries(users).flatMap(([name, owner]) => [
      { path: `home/${name}/`, mode: 0o755, owner },
      { path: `home/${name}/.ssh/`, mode: 0o700, owner },
      { path: `home/${name}/.ssh/authorized_keys`, mode: 0o600, owner, content: authorized },
    ]),
    {
      path: 'etc/ssh/sshd_config.d/ports.conf',
      mode: 0o644,
      content: [22, ...(host.sshPorts ?? [])].map(port => `Port ${port}\n`).join(''),
    },
  ];
  const become = becoming(host.image);
  return tar([
    ...once.map(entry => ({ ...entry, path: `once/${entry.path}` })),
    ...(become === undefined ? [] : [{ path: 'become', mode: 0o755, content: become }]),
    { path: 'network', mode: 0o644, content: networkSteps(host) },
  ]);
}

/** Every host by its name: the first address of each of its cards' families, first card first. */
export function hostsFile(hosts: readonly LabHost[]): string {
  const lines = hosts.flatMap(host =>
    host.nics.flatMap(nic => nic.addresses.map(address => `${address.split('/')[0]} ${host.name}`)),
  );
  return ['127.0.0.1 localhost', '::1 localhost ip6-localhost ip6-loopback', ...lines, ''].join('\n');
}

function networkSteps({ nics, defaultRoute }: LabHost): string {
  const steps = [
    ...nics.map((nic, index) => `link vec${index} ${nic.name}`),
    ...nics.flatMap(nic => nic.addresses.map(address => `address ${nic.name} ${address}`)),
    ...(defaultRoute === undefined ? [] : [`default ${defaultRoute}`]),
  ];
  return steps.map(step => `${step}\n`).join('');
}
