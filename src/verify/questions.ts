import type { Cluster, Host, VirtualService } from '../model/cluster.ts';
import { type Target, targetsOf } from './target.ts';

/** One client asking one service, at one place or, with a firewall mark, at several. */
export interface Question {
  readonly client: Host;
  readonly service: VirtualService;
  readonly targets: readonly [Target, ...Target[]];
}

/** Every client with every service that it can reach; what cannot be asked is told in `missing`. */
export function questions(cluster: Cluster): { asked: readonly Question[]; missing: readonly string[] } {
  const asked: Question[] = [];
  const missing: string[] = [];
  const clients = cluster.hosts.filter(host => host.roles.includes('client'));
  for (const service of cluster.services) {
    if (service.verify.type !== 'none') continue;
    const how = `say how to ask it over ${service.protocol.toUpperCase()}, by verify: { type: command, ... }`;
    if (clients.length > 0)
      missing.push(
        `${service.name} is not asked: ${service.protocol === 'tcp' ? 'its verify.type is none' : how}`,
      );
  }
  for (const client of clients) {
    for (const service of cluster.services.filter(({ verify }) => verify.type !== 'none')) {
      const [first, ...others] = targetsOf(cluster, client, service);
      if (first === undefined)
        missing.push(`${client.name} has no way to ${service.name}: no shared network, no route`);
      else asked.push({ client, service, targets: [first, ...others] });
    }
  }
  return { asked, missing };
}

/**
 * Rounds in which each service is asked by one client, so that its counters are that client's, and each client has
 * services to ask: with two clients, half of the services each, then the other half.
 */
export function rounds(asked: readonly Question[]): readonly (readonly Question[])[] {
  const clients = [...new Set(asked.map(({ client }) => client.name))];
  const services = [...new Set(asked.map(({ service }) => service.name))];
  return clients
    .map((_, round) =>
      asked.filter(({ client, service }) => {
        const turn = (services.indexOf(service.name) + round) % clients.length;
        return clients[turn] === client.name;
      }),
    )
    .filter(round => round.length > 0);
}
