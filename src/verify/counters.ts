import { type Command, type Result, script } from '../model/command.ts';
import { Problem } from '../model/problem.ts';

/** What IPVS has counted of one virtual service: connections that it scheduled, also by RS, and packets each way. */
export interface Counts {
  readonly connections: number;
  readonly inPackets: number;
  readonly outPackets: number;
  /** Connections by RS: `192.168.0.223:80`. */
  readonly servers: ReadonlyMap<string, number>;
}

/** Counts by virtual service (`TCP 192.168.0.240:80`, `FWM 5`). */
export type Counters = ReadonlyMap<string, Counts>;

/** ipvsadm(8): --stats --exact prints whole numbers: connections, packets in and out, bytes in and out. */
export const readCounters: Command = {
  argv: script('ipvs-counters', '[ -e /proc/net/ip_vs ] || exit 0; ipvsadm -L -n --stats --exact'),
  label: 'read the IPVS counters',
};

const serviceLine = /^(TCP|UDP|SCTP|FWM) +(\S+)( IPv6)? +(\d+) +(\d+) +(\d+) +\d+ +\d+$/;
const serverLine = /^-> (\S+) +(\d+) +\d+ +\d+ +\d+ +\d+$/;

/** Reads `ipvsadm -Ln --stats --exact`. */
export function parseCounters(result: Result): Counters {
  if (result.code !== 0) {
    throw new Problem('the IPVS counters could not be read', { why: result.stderr.trim() });
  }
  const services = new Map<string, Counts>();
  let current: Map<string, number> | undefined;
  for (const line of result.stdout.split('\n').map(each => each.trim())) {
    const service = serviceLine.exec(line);
    const server = serverLine.exec(line);
    if (server?.[1] !== undefined) current?.set(server[1], Number(server[2]));
    if (service === null) continue;
    const [, protocol, place, six = '', connections, inPackets, outPackets] = service;
    current = new Map();
    services.set(`${protocol} ${place}${six}`, {
      connections: Number(connections),
      inPackets: Number(inPackets),
      outPackets: Number(outPackets),
      servers: current,
    });
  }
  return services;
}

/** How counts grew, over all directors, and which of these scheduled anything. */
export interface Growth extends Counts {
  /** Connections by director, in their order. */
  readonly directors: readonly number[];
}

/** What was scheduled between two readings, over all directors; a counter that fell back counts from zero. */
export function growth(before: readonly Counters[], after: readonly Counters[], service: string): Growth {
  const servers = new Map<string, number>();
  const pairs = after.map((counters, index) => [before[index]?.get(service), counters.get(service)] as const);
  for (const [then, now] of pairs) {
    for (const [server, count] of now?.servers ?? []) {
      servers.set(server, (servers.get(server) ?? 0) + grown(then?.servers.get(server), count));
    }
  }
  const each = (of: (counts: Counts) => number) =>
    pairs.map(([then, now]) => grown(then && of(then), now && of(now)));
  const directors = each(counts => counts.connections);
  return {
    connections: sum(directors),
    inPackets: sum(each(counts => counts.inPackets)),
    outPackets: sum(each(counts => counts.outPackets)),
    servers,
    directors,
  };
}

function grown(from = 0, to = 0): number {
  return to >= from ? to - from : to;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}
