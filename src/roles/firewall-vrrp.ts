import type { Cluster, Host } from '../model/cluster.ts';
import { familyOf } from '../model/network.ts';
import { sixth, type WantedOpening } from './firewall-checks.ts';

/** What directors tell each other: who carries the VIPs, and which connections there are. */
export function peerOpenings(cluster: Cluster, host: Host): readonly WantedOpening[] {
  return [...vrrpOpenings(cluster, host), ...syncOpenings(cluster, host)];
}

/**
 * Whatever VRRP says, to whichever address: multicast or the host's own (RFC 5798; keepalived.conf(5), unicast_peer). With an
 * authentication header the packets are of that protocol (RFC 2338, 10.1.3). In IPv6 advertisements by multicast come
 * from a link-local address, which no inventory tells (RFC 5798, 5.1.2.1).
 */
function vrrpOpenings({ vrrp, hosts }: Cluster, host: Host): readonly WantedOpening[] {
  return vrrp
    .filter(({ members }) => members.some(member => member.host === host.name))
    .flatMap(({ name, members, interface: nic, vips, unicast, authType, authPass }) => {
      const family = vips[0]?.address.family ?? 4;
      const protocol = authType === 'AH' && authPass !== undefined ? 'ah' : 'vrrp';
      const peers = hosts.filter(
        peer => peer.name !== host.name && members.some(member => member.host === peer.name),
      );
      if (family === 6 && !unicast) {
        if (peers.length === 0) return [];
        return [
          {
            spec: { protocol, from: 'fe80::/10', to: 'ff02::12', family } as const,
            reason: `VRRP over IPv6: without it the directors do not hear each other, and all hold the VIPs of ${name}`,
          },
        ];
      }
      return peers.flatMap(peer =>
        addressesOn(peer, nic, family).map(from => ({
          spec: { protocol, from, ...sixth(family) } as const,
          reason: `VRRP: without it this director does not hear ${peer.name}, and both hold the VIPs of ${name}`,
        })),
      );
    });
}

/** The kernel's own group and port (ip_vs_sync.c; ipvsadm(8), --sync-port). */
const syncDefaults = { group: '224.0.0.81', port: 8848 };

function syncOpenings({ director, vrrp, hosts }: Cluster, host: Host): readonly WantedOpening[] {
  const { syncDaemon: daemon } = director;
  if (daemon === undefined) return [];
  const { group = syncDefaults.group, port = syncDefaults.port, instance, interface: nic } = daemon;
  const members = vrrp.find(({ name }) => name === instance)?.members.map(member => member.host);
  const taking = hosts.filter(
    ({ name, roles }) => roles.includes('director') && (instance === undefined || members?.includes(name)),
  );
  if (!taking.some(({ name }) => name === host.name)) return [];
  const family = familyOf(group);
  return taking
    .filter(peer => peer.name !== host.name)
    .flatMap(peer =>
      addressesOn(peer, nic, family).map(from => ({
        spec: { protocol: 'udp', from, to: group, port: String(port), ...sixth(family) } as const,
        reason: `${peer.name} tells its connections, so that they survive it`,
      })),
    );
}

function addressesOn({ interfaces }: Host, nic: string, family: 4 | 6): readonly string[] {
  return interfaces
    .filter(({ name }) => name === nic)
    .flatMap(({ addresses }) => addresses.filter(each => each.family === family).map(({ ip }) => ip));
}
