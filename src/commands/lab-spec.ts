import type { LabSpec } from '../lab/index.ts';
import type { Cluster, IpNet } from '../model/cluster.ts';
import { contains } from '../model/network.ts';
import { exit, Problem } from '../model/problem.ts';

/** The machines and segments that a cluster's lab has: NICs in one network share a segment. */
export function labSpec(cluster: Cluster, inventory: string): LabSpec {
  if (cluster.lab === undefined) {
    throw new Problem('this inventory has no lab', {
      code: exit.input,
      where: inventory,
      next: 'add `lab: {}` to boot its hosts on this machine',
    });
  }
  const networks: IpNet[] = [];
  const segment = ({ ip, prefix, family }: IpNet): string => {
    const known = networks.findIndex(net => net.prefix === prefix && contains(net, ip));
    return `seg${known >= 0 ? known : networks.push({ ip, prefix, family }) - 1}`;
  };
  const { memoryMiB, preinstalled } = cluster.lab;
  return {
    name: cluster.lab.name,
    reserved: [
      ...cluster.vips.map(({ address }) => address.ip),
      ...cluster.hosts.flatMap(({ localAddresses }) => localAddresses?.addresses ?? []),
    ],
    hosts: cluster.hosts.map(({ name, interfaces, defaultRoute, labImage, ssh }) => ({
      name,
      nics: interfaces.map(({ name: nic, addresses }) => ({
        name: nic,
        addresses: addresses.map(({ ip, prefix }) => `${ip}/${prefix}`),
        segment: addresses[0] ? segment(addresses[0]) : `${name}-${nic}`,
      })),
      ...(defaultRoute === undefined ? {} : { defaultRoute }),
      memoryMiB,
      preinstalled,
      ...(labImage === undefined ? {} : { image: labImage }),
      ...(ssh.port === undefined || ssh.port === 22 ? {} : { sshPorts: [ssh.port] }),
    })),
  };
}
