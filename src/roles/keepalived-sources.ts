import type { Cluster, Host } from '../model/cluster.ts';
import type { BfdCheck, HealthCheck } from '../model/health-check.ts';
import { contains } from '../model/network.ts';
import { bfdName, type Checked, filled, neighborOf, trackFileName } from './keepalived-check.ts';

/** What checks look at that keepalived.conf(5) has a block of its own for: files, and BFD sessions. */
export interface CheckSources {
  readonly files: readonly { readonly name: string; readonly path: string; readonly weight: number }[];
  readonly sessions: readonly { readonly name: string; readonly lines: readonly string[] }[];
}

/** Each of them once, though several services may look at it. */
export function checkSources(cluster: Cluster, host: Host): CheckSources {
  const files = new Map<string, CheckSources['files'][number]>();
  const sessions = new Map<string, CheckSources['sessions'][number]>();
  for (const [check, server] of checksOf(cluster)) {
    if (check.type === 'file') {
      const path = filled(check.path, server);
      // Without a weight anywhere a number that is not 0 is a failure; keepalived's default is a weight of 1.
      files.set(path, { name: trackFileName(path), path, weight: 0 });
    }
    if (check.type === 'bfd') {
      const neighbor = neighborOf(check, server);
      sessions.set(neighbor, { name: bfdName(neighbor), lines: sessionLines(check, neighbor, host) });
    }
  }
  return { files: [...files.values()], sessions: [...sessions.values()] };
}

function checksOf({ services }: Cluster): readonly (readonly [HealthCheck, Checked])[] {
  return services.flatMap(({ checks, realServers }) =>
    realServers.flatMap(server => (server.checks ?? checks).map(check => [check, server] as const)),
  );
}

/** The director's own address in the neighbour's network is where its packets come from. */
function sessionLines(check: BfdCheck, neighbor: string, host: Host): readonly string[] {
  const near = host.interfaces
    .flatMap(({ addresses }) => addresses)
    .find(net => net.family === (neighbor.includes(':') ? 6 : 4) && contains(net, neighbor));
  const line = (word: string, value: string | number | undefined) =>
    value === undefined ? [] : [`${word} ${value}`];
  return [
    `neighbor_ip ${neighbor}`,
    ...line('source_ip', near?.ip),
    ...line('min_rx', check.minRx),
    ...line('min_tx', check.minTx),
    ...line('idle_tx', check.idleTx),
    ...line('multiplier', check.multiplier),
    ...(check.passive ? ['passive'] : []),
    ...line('max_hops', check.maxHops),
    'checker',
  ];
}
