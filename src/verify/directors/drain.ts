import type { Cluster, RealServer, VirtualService } from '../../model/cluster.ts';
import { pause } from '../pause.ts';
import { ofServer, serviceKey } from '../service-key.ts';
import type { Standing } from './standing.ts';

/** A real server in a service. */
export interface Member {
  readonly service: VirtualService;
  readonly server: RealServer;
}

/** A weight that a director has to change. */
export interface Weighing extends Member {
  readonly director: string;
  readonly from: number;
  readonly to: number;
  readonly active: number;
}

/** What a real server still has at a director. */
export interface Left {
  readonly director: string;
  readonly service: string;
  readonly server: string;
  readonly active: number;
  readonly inactive: number;
}

/** Where in the cluster hosts are real servers. */
export function membersOf({ services }: Cluster, hosts: ReadonlySet<string>): readonly Member[] {
  return services.flatMap(service =>
    service.realServers.filter(({ host }) => hosts.has(host)).map(server => ({ service, server })),
  );
}

/** The weights that differ from what is wanted now: 0, or with `undo` those of the inventory. Pure. */
export function weighings(
  standings: readonly Standing[],
  members: readonly Member[],
  undo: boolean,
): readonly Weighing[] {
  return standings.flatMap(({ director, table }) =>
    members.flatMap(({ service, server }) => {
      const live = table.get(serviceKey(service));
      const found = live && ofServer(live.servers, service, server);
      const to = undo ? server.weight : 0;
      if (found === undefined || found.weight === to) return [];
      return [{ director, service, server, from: found.weight, to, active: found.active }];
    }),
  );
}

/** What the directors still have of real servers. Pure. */
export function leftOf(standings: readonly Standing[], members: readonly Member[]): readonly Left[] {
  return standings.flatMap(({ director, table }) =>
    members.flatMap(({ service, server }) => {
      const live = table.get(serviceKey(service));
      const found = live && ofServer(live.servers, service, server);
      if (found === undefined) return [];
      const { active, inactive } = found;
      return [{ director, service: service.name, server: server.host, active, inactive }];
    }),
  );
}

/** Reads the directors until no active connection is left, or the seconds are over. Answers what is left, and the seconds it took. */
export async function awaitQuiet(
  read: () => Promise<readonly Standing[]>,
  members: readonly Member[],
  seconds: number,
  signal?: AbortSignal,
): Promise<{ readonly left: readonly Left[]; readonly seconds: number }> {
  const since = performance.now();
  for (;;) {
    const left = leftOf(await read(), members);
    const took = (performance.now() - since) / 1000;
    if (left.every(({ active }) => active === 0) || took >= seconds) return { left, seconds: took };
    signal?.throwIfAborted();
    await pause(1);
  }
}
