import { sysctl } from '../kinds/sysctl.ts';
import type { Cluster, ForwardingMethod, Host } from '../model/cluster.ts';
import { type Resource, resource } from '../model/kind.ts';

/**
 * What a director's kernel must be told, by what its services need and nothing more (kernel:
 * Documentation/networking/ip-sysctl.rst and ipvs-sysctl.rst).
 *
 * DR and TUN need no ip_forward: IPVS takes the packet on its way in and sends it out as the host's own. NAT does,
 * because the replies of the real servers are forwarded, and so does FULLNAT, for which it is the same.
 */
export function directorSysctls(cluster: Cluster, host: Host): readonly Resource[] {
  return [
    ...(uses(cluster, 'NAT') || uses(cluster, 'FULLNAT') ? natSysctls(host) : []),
    ...(uses(cluster, 'FULLNAT')
      ? [
          resource(
            sysctl,
            { key: 'net.ipv4.vs.conntrack', value: '1' },
            'FULLNAT: without it iptables never sees what IPVS sends, and could not rewrite its source',
          ),
        ]
      : uses(cluster, 'NAT') && host.firewall !== undefined
        ? [
            resource(
              sysctl,
              { key: 'net.ipv4.vs.conntrack', value: '1' },
              'NAT where this host filters: only so are replies known as answers, which a firewall lets pass',
            ),
          ]
        : []),
    ...(uses(cluster, 'TUN')
      ? [
          resource(
            sysctl,
            { key: 'net.ipv4.vs.pmtu_disc', value: '0' },
            'a full-sized packet does not fit into the tunnel: fragment it instead of relying on ICMP to reach the client',
          ),
        ]
      : []),
    ...(cluster.services.some(service => service.persistence > 0)
      ? [
          resource(
            sysctl,
            { key: 'net.ipv4.vs.expire_quiescent_template', value: '1' },
            'weight 0 also sends persistent clients elsewhere; otherwise a drain of their server never ends',
          ),
        ]
      : []),
    ...(cluster.director.syncDaemon?.backupOnly === true
      ? [
          resource(
            sysctl,
            { key: 'net.ipv4.vs.backup_only', value: '1' },
            'a director that only receives connections leaves the packets of DR and TUN to itself as a real server',
          ),
        ]
      : []),
    ...(checked(cluster)
      ? [
          resource(
            sysctl,
            { key: 'net.ipv4.vs.expire_nodest_conn', value: '1' },
            'a client of a real server that a check took out is refused at once, instead of hanging until it times out',
          ),
        ]
      : []),
  ];
}

/**
 * ip_forward comes first: writing it resets other settings of every interface. The kernel takes `all` OR the interface
 * for send_redirects, so each must be 0; `default` is for interfaces that appear later. For rp_filter it takes the
 * larger, so `all` = 2 alone makes every interface loose.
 */
function natSysctls(host: Host): readonly Resource[] {
  const redirects = 'otherwise the director tells the real servers a way around itself';
  const interfaces = ['all', 'default', ...host.interfaces.map(({ name }) => name.replaceAll('.', '/'))];
  return [
    resource(sysctl, { key: 'net.ipv4.ip_forward', value: '1' }, 'NAT: replies pass through the director'),
    ...interfaces.map(name =>
      resource(sysctl, { key: `net.ipv4.conf.${name}.send_redirects`, value: '0' }, redirects),
    ),
    resource(
      sysctl,
      { key: 'net.ipv4.conf.all.rp_filter', value: '2' },
      'a strict check of the way back drops packets that arrive by another interface than answers leave by',
    ),
  ];
}

function uses(cluster: Cluster, method: ForwardingMethod): boolean {
  return cluster.services.some(service => service.method === method);
}

/** Only health checks take a real server out of the table with connections on it; a drain waits for them first. */
function checked(cluster: Cluster): boolean {
  return (
    cluster.director.mode === 'keepalived' &&
    cluster.services.some(({ checks, realServers }) =>
      [checks, ...realServers.map(server => server.checks ?? [])].some(each => each.length > 0),
    )
  );
}
