import type { Cluster, Host } from '../model/cluster.ts';

/**
 * The VRRP instances of this director that must move together. With NAT the VIP and the address by which the real
 * servers answer (their default route) have to be on the same director: if only one of the two moved, replies
 * would pass a director that knows nothing of the connection. So: every instance that carries a NAT service's VIP or
 * a NAT real server's default route. Fewer than two need no group.
 */
export function syncGroup(cluster: Cluster, host: Host): readonly string[] {
  const natServices = cluster.services.filter(service => service.method === 'NAT');
  const servers = new Set(natServices.flatMap(service => service.realServers.map(server => server.host)));
  const tied = new Set([
    ...natServices.map(service => service.vip.address.ip),
    ...cluster.hosts.filter(({ name }) => servers.has(name)).map(({ defaultRoute }) => defaultRoute),
  ]);
  const names = cluster.vrrp
    .filter(instance => instance.members.some(member => member.host === host.name))
    .filter(instance => instance.vips.some(vip => tied.has(vip.address.ip)))
    .map(instance => instance.name);
  return names.length < 2 ? [] : names;
}
