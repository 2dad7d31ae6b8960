import type { Cluster, Host } from '../model/cluster.ts';
import { familyOf } from '../model/network.ts';
import { sixth, type WantedOpening } from './firewall-checks.ts';
import { ownAddress } from './own-addresses.ts';

/** What passes between the proxies and the servers of their pools: requests and checks one way, answers the other. */
export function poolOpenings(cluster: Cluster, host: Host): readonly WantedOpening[] {
  const servers = (cluster.proxy?.pools ?? []).flatMap(pool =>
    pool.servers.map(server => ({ ...server, pool: pool.name })),
  );
  const called = servers
    .filter(server => server.host === host.name)
    .flatMap(({ address: to, port, pool }) =>
      proxyAddresses(cluster, to).map(({ name, ip: from }) => ({
        spec: { protocol: 'tcp', from, to, port: String(port), ...sixth(familyOf(to)) } as const,
        reason: `${name} hands requests for pool ${pool} on, and checks who can answer them`,
      })),
    );
  if (!host.roles.includes('proxy')) return called;
  const answers = servers.map(({ host: server, address: from, port }) => ({
    spec: {
      protocol: 'tcp',
      from,
      from_port: String(port),
      answers: true,
      ...sixth(familyOf(from)),
    } as const,
    reason: `answers of ${server} to this proxy`,
  }));
  return [...called, ...answers];
}

/** The address with which each proxy calls this one. */
function proxyAddresses(
  { hosts }: Cluster,
  address: string,
): readonly { readonly name: string; readonly ip: string }[] {
  return hosts
    .filter(({ roles }) => roles.includes('proxy'))
    .flatMap(proxy => {
      const ip = ownAddress(proxy, address);
      return ip === undefined ? [] : [{ name: proxy.name, ip }];
    });
}
