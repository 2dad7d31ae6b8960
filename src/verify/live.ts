import type { RealServer, VirtualService } from '../model/cluster.ts';
import { endpoint } from '../model/network.ts';
import type { Reading } from './reading.ts';
import { ofServer, serviceKey } from './service-key.ts';
import type { LiveService } from './table.ts';

/** How the directors' tables differ from what the inventory says of a service. */
export interface Difference {
  readonly faults: readonly string[];
  readonly notes: readonly string[];
  /** The RS that a director does not use although it should; who does not, and how to say it. */
  readonly out: readonly Out[];
}

/** An RS that a director does not use although the inventory gives it a weight. */
export interface Out {
  readonly director: string;
  readonly server: RealServer;
  readonly how: string;
}

/** Compares the tables with the inventory. Pure. */
export function differences(service: VirtualService, readings: readonly Reading[]): Difference {
  const key = serviceKey(service);
  const lives = readings.map(({ director, table }) => ({ director, live: table.get(key) }));
  const each = lives.map(({ director, live }) =>
    live === undefined
      ? { faults: [`${director} has no ${key} in its IPVS table`], notes: [], out: [] }
      : compare(service, director, live),
  );
  return {
    faults: each.flatMap(({ faults }) => faults),
    notes: [...each.flatMap(({ notes }) => notes), ...order(service, lives)],
    out: each.flatMap(({ out }) => out),
  };
}

function compare(service: VirtualService, director: string, live: LiveService): Difference {
  const out: Out[] = [];
  const faults: string[] = [];
  const notes: string[] = [];
  if (live.scheduler !== service.scheduler) {
    faults.push(`${director} schedules by ${live.scheduler}, the inventory says ${service.scheduler}`);
  }
  for (const server of service.realServers) {
    const weight = ofServer(live.servers, service, server)?.weight;
    if (weight === server.weight || (weight === undefined && server.weight === 0)) continue;
    if (weight === undefined)
      out.push({ director, server, how: `${director} does not have it in its table` });
    else if (weight === 0) out.push({ director, server, how: `${director} gives it weight 0` });
    else {
      const told = `${director} gives ${server.host} weight ${weight}, the inventory says ${server.weight}`;
      (mayWeigh(service, server) ? notes : faults).push(told);
    }
  }
  const sorry = service.availability.sorryServer;
  const sorryPlace = sorry === undefined ? '' : endpoint(sorry.ip, sorry.port);
  const known = service.realServers.filter(each => ofServer(live.servers, service, each) !== undefined);
  const strangers = [...live.servers.keys()].filter(place => place !== sorryPlace).length - known.length;
  if (strangers > 0)
    notes.push(`${director} has ${strangers} RS in its table that the inventory does not name`);
  if ((live.servers.get(sorryPlace)?.weight ?? 0) > 0) notes.push(`the sorry server answers by ${director}`);
  return { faults, notes, out };
}

/** A check may set the weight as it finds its RS (keepalived.conf(5), misc_dynamic). */
function mayWeigh(service: VirtualService, server: RealServer): boolean {
  return (server.checks ?? service.checks).some(check => 'dynamicWeight' in check && check.dynamicWeight);
}

/** Hashes fill their table in the order of the RS (ip_vs_sh.c, ip_vs_sh_reassign), so with another order clients go elsewhere. */
function order(
  { scheduler }: VirtualService,
  lives: readonly { readonly director: string; readonly live: LiveService | undefined }[],
): readonly string[] {
  if (!['sh', 'mh', 'dh'].includes(scheduler)) return [];
  const [first, ...others] = lives.flatMap(({ director, live }) =>
    live === undefined ? [] : [{ director, order: [...live.servers.keys()].join(' ') }],
  );
  const other = others.find(each => each.order !== first?.order);
  if (first === undefined || other === undefined) return [];
  return [
    `${first.director} and ${other.director} have the RS in another order: by ${scheduler}, a takeover sends clients elsewhere`,
  ];
}
