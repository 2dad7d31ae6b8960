import type { Cluster, RealServer, VirtualService } from '../../model/cluster.ts';
import { endpoint } from '../../model/network.ts';
import { Problem } from '../../model/problem.ts';
import { serviceKey } from '../service-key.ts';
import { ownersOf } from './owners.ts';
import type { Standing } from './standing.ts';

/**
 * A Problem for each service of which a change takes away the last real servers that get requests now: none of those
 * whom the live table uses `stays`, be it by another port. Newcomers do not count, for nobody has seen them healthy yet;
 * nor does a sorry server. The table of the director that holds the VIP decides; where nobody does, all of them. Pure.
 */
export function lastOnes(
  cluster: Cluster,
  standings: readonly Standing[],
  stays: (service: VirtualService, server: RealServer) => boolean,
): readonly Problem[] {
  return cluster.services.flatMap(service => {
    const owners = ownersOf(service.vip, standings);
    const deciding = standings.filter(({ director }) => owners.length === 0 || owners.includes(director));
    const now = new Set(deciding.flatMap(standing => inUse(service, standing)));
    const kept = service.realServers.filter(server => stays(service, server));
    const known = new Set([...now].map(addressOf));
    if (now.size === 0 || kept.some(server => known.has(addressOf(placeOf(service, server))))) return [];
    const names = [...now].map(place => nameOf(cluster, service, place));
    const newcomers = service.realServers.filter(server => stays(service, server) && server.weight > 0);
    return [
      new Problem(`${service.name} would be left without a real server that is known to work`, {
        where: service.vip.address.ip,
        why: `this takes away ${names.join(' and ')}, and no other gets requests now`,
        next:
          newcomers.length === 0
            ? 'bring another real server up first, or give --accept-gap to go on: its clients get no answer then'
            : `add ${newcomers.map(({ host }) => host).join(' and ')} first, and take the others away when that works; or give --accept-gap to go on`,
      }),
    ];
  });
}

/** Who gets requests by a director: names of the kernel's table. */
function inUse(service: VirtualService, { table }: Standing): readonly string[] {
  const { sorryServer } = service.availability;
  const sorry = sorryServer && placeOf(service, { rip: sorryServer.ip, port: sorryServer.port });
  return [...(table.get(serviceKey(service))?.servers ?? [])]
    .filter(([place, { weight }]) => weight > 0 && place !== sorry)
    .map(([place]) => place);
}

/** How the kernel's table names a real server: with a firewall mark the port is the client's. */
function placeOf({ mark }: VirtualService, { rip, port }: Pick<RealServer, 'rip' | 'port'>): string {
  return endpoint(rip, mark === undefined ? port : 0);
}

function addressOf(place: string): string {
  return place.slice(0, place.lastIndexOf(':'));
}

/** `web01 (192.168.0.223:80)` where the inventory knows who that is. */
function nameOf({ hosts }: Cluster, service: VirtualService, place: string): string {
  const named = service.realServers.find(server => placeOf(service, server) === place);
  const owner = hosts.find(({ interfaces }) =>
    interfaces.some(({ addresses }) =>
      addresses.some(({ ip }) => addressOf(endpoint(ip, 0)) === addressOf(place)),
    ),
  );
  const host = named?.host ?? owner?.name;
  return host === undefined ? place : `${host} (${place})`;
}
