import type { RealServer, VirtualService } from '../model/cluster.ts';
import { Problem } from '../model/problem.ts';
import type { Transport } from '../model/transport.ts';
import { type Counters, parseCounters, readCounters } from './counters.ts';
import type { Load } from './promise/seen.ts';
import { ofServer, serviceKey } from './service-key.ts';
import { parseTable, readTable, type Table } from './table.ts';

/** What one director's kernel says at one time. */
export interface Reading {
  readonly director: string;
  readonly counters: Counters;
  readonly table: Table;
}

/** Reads all directors at once. */
export function readDirectors(
  directors: readonly string[],
  transportOf: (host: string) => Transport,
): Promise<readonly Reading[]> {
  return Promise.all(
    directors.map(async director => {
      const [counters, table] = await transportOf(director).run([readCounters, readTable], {
        keepGoing: true,
      });
      if (counters === undefined || table === undefined) {
        throw new Problem('the director did not answer', { where: director });
      }
      return within(director, () => ({
        director,
        counters: parseCounters(counters),
        table: parseTable(table),
      }));
    }),
  );
}

/** The connections that a service's RS have on all directors together. */
export function loadsOf(service: VirtualService, readings: readonly Reading[]): readonly Load[] {
  const key = serviceKey(service);
  return service.realServers.map(server => {
    const live = readings.flatMap(({ table }) => liveOf(service, server, table) ?? []);
    return {
      host: server.host,
      weight: live.length === 0 ? 0 : server.weight,
      active: live.reduce((sum, { active }) => sum + active, 0),
      inactive: live.reduce((sum, { inactive }) => sum + inactive, 0),
    };
  });

  function liveOf(of: VirtualService, server: RealServer, table: Table) {
    const found = table.get(key);
    return found && ofServer(found.servers, of, server);
  }
}

/** Names the host in a Problem that `work` meets. */
export function within<T>(host: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Problem) || error.where) throw error;
    const { message, code, why, next } = error;
    throw new Problem(message, { code, where: host, ...(why && { why }), ...(next && { next }) });
  }
}
