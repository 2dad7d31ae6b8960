import { type Command, type Result, script } from '../model/command.ts';
import { Problem } from '../model/problem.ts';

/** Connections that IPVS has scheduled, by virtual service (`TCP 192.168.0.240:80`) and by its RS. */
export type Counters = ReadonlyMap<
  string,
  { readonly connections: number; readonly servers: ReadonlyMap<string, number> }
>;

/** ipvsadm(8): --stats --exact prints whole numbers; the first column is connections. */
export const readCounters: Command = {
  argv: script('ipvs-counters', '[ -e /proc/net/ip_vs ] || exit 0; ipvsadm -L -n --stats --exact'),
  label: 'read the IPVS counters',
};

/** Reads `ipvsadm -Ln --stats --exact`. */
export function parseCounters(result: Result): Counters {
  if (result.code !== 0) {
    throw new Problem('the IPVS counters could not be read', { why: result.stderr.trim() });
  }
  const services = new Map<string, { connections: number; servers: Map<string, number> }>();
  let current: Map<string, number> | undefined;
  for (const line of result.stdout.split('\n')) {
    const [first, second, third] = line.trim().split(/\s+/);
    if (first === '->' && second !== undefined && /^\d+$/.test(third ?? ''))
      current?.set(second, Number(third));
    else if (/^(TCP|UDP|SCTP|FWM)$/.test(first ?? '') && second !== undefined) {
      current = new Map();
      services.set(`${first} ${second}`, { connections: Number(third), servers: current });
    }
  }
  return services;
}

/** What was scheduled between two readings, over all directors; a counter that fell back counts from zero. */
export function growth(
  before: readonly Counters[],
  after: readonly Counters[],
  service: string,
): { readonly connections: number; readonly servers: ReadonlyMap<string, number> } {
  const servers = new Map<string, number>();
  let connections = 0;
  after.forEach((counters, index) => {
    const now = counters.get(service);
    const then = before[index]?.get(service);
    const grown = (a: number | undefined, b: number | undefined) => {
      const [from, to] = [a ?? 0, b ?? 0];
      return to >= from ? to - from : to;
    };
    connections += grown(then?.connections, now?.connections);
    for (const [server, count] of now?.servers ?? []) {
      servers.set(server, (servers.get(server) ?? 0) + grown(then?.servers.get(server), count));
    }
  });
  return { connections, servers };
}
