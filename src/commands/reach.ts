import { demand, forEach } from '../engine/parallel.ts';
import type { Host } from '../model/cluster.ts';
import { Problem, view } from '../model/problem.ts';
import type { Transport } from '../model/transport.ts';
import type { Session } from './session.ts';

/** Connections to some hosts, lent by a run or of their own. */
export interface Reached {
  transportOf(host: string): Transport;
  /** Hosts that could not be reached, where that was allowed. */
  readonly unreached: readonly string[];
  /** Closes those that were not lent. */
  close(): Promise<void>;
}

/** Connects to the hosts that are not lent. All must answer, unless `some` may stay away: then each is told. */
export async function reach(
  { options }: Session,
  hosts: readonly Host[],
  lent: (host: string) => Transport | undefined = () => undefined,
  some = false,
): Promise<Reached> {
  const own = new Map<string, Transport>();
  const close = async () => {
    await Promise.all([...own.values()].map(transport => transport.close()));
  };
  const missing = hosts.filter(({ name }) => lent(name) === undefined);
  const outcomes = await forEach(missing, options.parallel, async host => {
    own.set(host.name, await options.connect(host));
  });
  const failed = outcomes.flatMap(outcome => ('problem' in outcome ? [outcome] : []));
  if (!some && failed.length > 0) {
    await close();
    demand(outcomes, host => host.name, options.report);
  }
  for (const { item, problem } of failed)
    options.report({ event: 'host.failed', host: item.name, error: view(problem) });
  return {
    transportOf(host) {
      const transport = lent(host) ?? own.get(host);
      if (transport === undefined) throw new Problem('the host is not connected', { where: host });
      return transport;
    },
    unreached: failed.map(({ item }) => item.name),
    close,
  };
}

/** The directors of a cluster. */
export function directorsOf(hosts: readonly Host[]): readonly Host[] {
  return hosts.filter(({ roles }) => roles.includes('director'));
}
