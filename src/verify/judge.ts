import type { VirtualService } from '../model/cluster.ts';
import { bypass, serverOf, unanswered } from './answers.ts';
import type { Reply } from './ask.ts';
import type { Growth } from './counters.ts';
import { limits } from './promise/limits.ts';
import { promiseOf } from './promise/promises.ts';
import type { Held, Load, Seen } from './promise/seen.ts';
import { ofServer } from './service-key.ts';
import type { Verdict } from './verdict.ts';

/** All that is known of one client's requests to one service. */
export interface Evidence {
  readonly client: string;
  readonly service: VirtualService;
  /** Where it asked, in words. */
  readonly target: string;
  readonly replies: readonly Reply[];
  /** What the directors scheduled meanwhile. */
  readonly growth: Growth;
  readonly before: readonly Load[];
  readonly after: readonly Load[];
  /** Connections held open afterwards, where the scheduler follows those. */
  readonly held: Held | undefined;
  /** The client that held them, where it is another one. */
  readonly heldBy: string | undefined;
  /** How the tables differ from the inventory, and the RS that are out. */
  readonly live: {
    readonly faults: readonly string[];
    readonly notes: readonly string[];
    readonly out: readonly string[];
  };
  /** The RS that a template kept this client at. */
  readonly kept: { readonly host: string; readonly seconds: number } | undefined;
  /** Verdicts on other clients of this service. */
  readonly earlier: readonly Verdict[];
}

/** Compares what a client and the directors saw with what the service promises. Pure. */
export function judge(evidence: Evidence): Verdict {
  const { service, replies, growth, held, heldBy, live, kept, before, after } = evidence;
  const good = replies.filter(reply => reply.ok);
  const named = good.map(reply => serverOf(service, reply.page) ?? '?');
  const sequence = named.includes('?') ? [] : named;
  const counts = countsOf(service, sequence, growth);
  const seen: Seen = {
    service,
    alive: service.realServers.filter(({ host, weight }) => weight > 0 && !live.out.includes(host)),
    sequence,
    counts,
    others: Math.max(0, growth.connections - replies.length),
    complete: good.length === replies.length,
    ...{ before, after, held, heldBy },
    earlier: new Set(
      evidence.earlier.flatMap(({ servers }) =>
        servers.filter(({ seen }) => seen > 0).map(({ host }) => host),
      ),
    ),
  };
  const judged = promiseOf(service)(seen);
  const faults = [
    ...unanswered(service, replies, growth),
    ...bypass(service, good.length, growth.connections),
    ...(good.length === 0 ? [] : judged.faults),
    ...notKept(kept, counts, seen),
    ...limits(seen),
    ...unheld(held),
    ...live.faults,
  ];
  return {
    client: evidence.client,
    service: service.name,
    target: evidence.target,
    scheduler: service.scheduler,
    requests: replies.length,
    answered: good.length,
    sequence,
    servers: service.realServers.map(({ host, weight }) => ({
      ...{ host, weight },
      expected: judged.expected?.get(host),
      seen: counts.get(host) ?? 0,
      held: held && heldAt(host, held),
    })),
    scheduled: growth.connections,
    promise: judged.promise,
    faults,
    notes: [...notes(seen, kept), ...(good.length === 0 ? [] : judged.notes), ...live.notes],
  };
}

/** Requests by RS: by the answers where they tell, else by the counters. */
function countsOf(
  service: VirtualService,
  sequence: readonly string[],
  growth: Growth,
): ReadonlyMap<string, number> {
  return new Map(
    service.realServers.map(server => [
      server.host,
      sequence.length > 0
        ? sequence.filter(name => name === server.host).length
        : (ofServer(growth.servers, service, server) ?? 0),
    ]),
  );
}

/** A template from before decides, unless its RS takes nothing any more. */
function notKept(
  kept: Evidence['kept'],
  counts: ReadonlyMap<string, number>,
  { alive, sequence, others }: Seen,
): readonly string[] {
  if (kept === undefined || !alive.some(({ host }) => host === kept.host)) return [];
  if (sequence.length === 0 && others > 0) return [];
  const other = [...counts].find(([host, count]) => count > 0 && host !== kept.host);
  return other ? [`${other[0]} answered, though a template keeps this client at ${kept.host}`] : [];
}

function unheld(held: Held | undefined): readonly string[] {
  return held !== undefined && held.opened < held.wanted
    ? [`only ${held.opened} of ${held.wanted} connections could be held open at once`]
    : [];
}

function heldAt(host: string, { rounds: [first] }: Held): number {
  const had = (loads: readonly Load[] | undefined) => loads?.find(load => load.host === host)?.active ?? 0;
  return had(first?.after) - had(first?.before);
}

function notes({ others, sequence, complete }: Seen, kept: Evidence['kept']): readonly string[] {
  return [
    ...(others > 0 ? [`the directors scheduled ${others} connections of others meanwhile`] : []),
    ...(kept ? [`an earlier connection keeps this client at ${kept.host} for ${kept.seconds} s more`] : []),
    ...(sequence.length === 0 && complete
      ? ['the answers do not name their RS; the IPVS counters tell the shares']
      : []),
  ];
}
