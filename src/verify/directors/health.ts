import type { Cluster, VirtualService } from '../../model/cluster.ts';
import { ofServer, serviceKey } from '../service-key.ts';
import { stateOf } from './owners.ts';
import type { Standing } from './standing.ts';

/** What keeps a director from doing its part, or from taking over; empty: it is healthy. Pure. */
export function ailments(cluster: Cluster, standing: Standing): readonly string[] {
  const { mode } = cluster.director;
  const missing = cluster.services.filter(service => !standing.table.has(serviceKey(service)));
  const lacks = missing.map(service => `it has no ${serviceKey(service)} in its IPVS table`);
  if (mode === 'static') return lacks;
  if (!standing.active) return ['keepalived does not work there'];
  const own = cluster.vrrp.filter(({ members }) => members.some(({ host }) => host === standing.director));
  const vrrp = own.flatMap(instance => {
    const state = stateOf(instance, standing, cluster.vrrp);
    if (state === 'FAULT') return [`${instance.name} is in FAULT state`];
    // Without a log to read, a keepalived that works and holds no VIP is taken for a BACKUP.
    return state === undefined && standing.states !== undefined
      ? [`the VRRP state of ${instance.name} is not known`]
      : [];
  });
  return [...vrrp, ...lacks];
}

/** The real servers that get new connections by a director, by their hosts. */
export function serving(service: VirtualService, { table }: Standing): readonly string[] {
  const live = table.get(serviceKey(service));
  if (live === undefined) return [];
  return service.realServers
    .filter(server => (ofServer(live.servers, service, server)?.weight ?? 0) > 0)
    .map(({ host }) => host);
}

/** The real servers of before that a director no longer uses though it should: `web01 of http`. */
export function lost(cluster: Cluster, before: Standing, after: Standing): readonly string[] {
  return cluster.services.flatMap(service => {
    const still = serving(service, after);
    const wanted = service.realServers.filter(({ weight }) => weight > 0).map(({ host }) => host);
    return serving(service, before)
      .filter(host => wanted.includes(host) && !still.includes(host))
      .map(host => `${host} of ${service.name} got requests before, and does not now`);
  });
}
