import { sysctl } from '../kinds/sysctl.ts';
import type { Cluster, Host, VirtualService } from '../model/cluster.ts';
import { type Resource, resource } from '../model/kind.ts';

interface Setting {
  /** Below net.ipv4.vs. */
  readonly name: string;
  readonly value: string;
  readonly reason: string;
}

/**
 * The settings of IPVS itself: what the services need, and what the inventory asks for, which goes before it (lint tells
 * where the two differ). Kernel: Documentation/networking/ipvs-sysctl.rst.
 */
export function vsSysctls(cluster: Cluster, host: Host): readonly Resource[] {
  const { kernel } = cluster.director;
  const asked = Object.entries(kernel).map(([name, value]) => ({
    name,
    value,
    reason: 'the inventory says so',
  }));
  const needed = neededSettings(cluster, host).filter(({ name }) => kernel[name] === undefined);
  return [...needed, ...asked].map(({ name, value, reason }) =>
    resource(sysctl, { key: `net.ipv4.vs.${name}`, value }, reason),
  );
}

/** What the services of a cluster need. */
function neededSettings({ services, director }: Cluster, host: Host): readonly Setting[] {
  const uses = (method: string) => services.some(service => service.method === method);
  return [
    ...(uses('FULLNAT')
      ? [
          {
            name: 'conntrack',
            value: '1',
            reason:
              'FULLNAT: without it iptables never sees what IPVS sends, and could not rewrite its source',
          },
        ]
      : uses('NAT') && host.firewall !== undefined
        ? [
            {
              name: 'conntrack',
              value: '1',
              reason:
                'NAT where this host filters: only so are replies known as answers, which a firewall lets pass',
            },
          ]
        : []),
    ...(uses('TUN')
      ? [
          {
            name: 'pmtu_disc',
            value: '0',
            reason:
              'a full-sized packet does not fit into the tunnel: fragment it instead of relying on ICMP to reach the client',
          },
        ]
      : []),
    ...(services.some(({ method, protocol }) => protocol === 'tcp' && (method === 'DR' || method === 'TUN'))
      ? [
          {
            name: 'conn_reuse_mode',
            value: '2',
            reason:
              'DR and TUN: a director never sees a connection end; a new one from the same port is scheduled, not sent where the old one went',
          },
        ]
      : []),
    ...(services.some(({ persistence }) => persistence > 0)
      ? [
          {
            name: 'expire_quiescent_template',
            value: '1',
            reason:
              'weight 0 also sends persistent clients elsewhere; otherwise a drain of their server never ends',
          },
        ]
      : []),
    ...(director.syncDaemon?.backupOnly === true
      ? [
          {
            name: 'backup_only',
            value: '1',
            reason:
              'a director that only receives connections leaves the packets of DR and TUN to itself as a real server',
          },
        ]
      : []),
    ...(director.mode === 'keepalived' && services.some(isChecked)
      ? [
          {
            name: 'expire_nodest_conn',
            value: '1',
            reason:
              'a client of a real server that a check took out is refused at once, instead of hanging until it times out',
          },
        ]
      : []),
  ];
}

/** Only health checks take a real server out of the table with connections on it; a drain waits for them first. */
function isChecked({ checks, realServers }: VirtualService): boolean {
  return [checks, ...realServers.map(server => server.checks ?? [])].some(each => each.length > 0);
}
