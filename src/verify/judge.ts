import type { VirtualService } from '../model/cluster.ts';
import { endpoint } from '../model/network.ts';
import type { Reply } from './ask.ts';
import type { Target } from './target.ts';

/** What one client saw of one service, expected against seen. Plain JSON. */
export interface Verdict {
  readonly client: string;
  readonly service: string;
  readonly target: string;
  readonly scheduler: string;
  readonly requests: number;
  readonly answered: number;
  /** The RS that answered, in order; `?` where the page does not tell. */
  readonly sequence: readonly string[];
  readonly servers: readonly Share[];
  /** Connections that the directors scheduled meanwhile. */
  readonly scheduled: number;
  /** What is wrong; empty means that the service does what the inventory says. */
  readonly faults: readonly string[];
  /** What is worth knowing and not wrong. */
  readonly notes: readonly string[];
}

export interface Share {
  readonly host: string;
  readonly weight: number;
  /** Of the requests; undefined where the scheduler promises no share. */
  readonly expected: number | undefined;
  readonly seen: number;
}

/** Schedulers that share new connections by weight, whatever the load (ipvsadm(8)). */
const sharing = new Set(['rr', 'wrr']);

/** Compares what a client and the directors' counters saw with what the service promises. Pure. */
export function judge(
  client: string,
  service: VirtualService,
  target: Target,
  replies: readonly Reply[],
  growth: { readonly connections: number; readonly servers: ReadonlyMap<string, number> },
): Verdict {
  const answered = replies.filter(reply => reply.ok).length;
  const sequence = replies.filter(reply => reply.ok).map(reply => serverOf(service, reply.page) ?? '?');
  const byPage = !sequence.includes('?') && sequence.length > 0;
  const seenOf = (host: string, rip: string, port: number) =>
    byPage ? sequence.filter(name => name === host).length : (growth.servers.get(endpoint(rip, port)) ?? 0);
  const share = shares(service);
  const counted = [...growth.servers.values()].reduce((sum, count) => sum + count, 0);
  const total = byPage ? answered : counted;
  const servers = service.realServers.map(({ host, rip, port, weight }) => ({
    host,
    weight,
    expected: share === undefined ? undefined : share(host) * total,
    seen: seenOf(host, rip, port),
  }));
  const others = Math.max(0, growth.connections - answered);

  return {
    client,
    service: service.name,
    target: endpoint(target.address, target.port),
    scheduler: service.scheduler,
    requests: replies.length,
    answered,
    sequence: byPage ? sequence : [],
    servers,
    scheduled: growth.connections,
    faults: [
      ...unanswered(replies),
      ...bypass(service, answered, growth.connections),
      ...unbalanced(servers, others, service),
    ],
    notes: [
      ...(others > 0 ? [`the directors scheduled ${others} connections of others meanwhile`] : []),
      ...(service.persistence > 0
        ? [`persistence keeps a client at its RS for ${service.persistence} s, so one client sees one RS`]
        : []),
      ...(byPage || answered === 0
        ? []
        : ['the pages do not name their RS; the IPVS counters tell the shares']),
    ],
  };
}

/** The RS whose name, or else whose RIP, stands in the page as a word; undefined unless it is just one. */
function serverOf(service: VirtualService, page: string): string | undefined {
  for (const key of ['host', 'rip'] as const) {
    const named = service.realServers.filter(server => words(page).has(server[key]));
    if (named.length === 1) return named[0]?.host;
  }
  return undefined;
}

function words(page: string): ReadonlySet<string> {
  return new Set(page.split(/[^\p{L}\p{N}.:_-]+/u).flatMap(word => [word, word.replace(/[.:]+$/, '')]));
}

function shares(service: VirtualService): ((host: string) => number) | undefined {
  if (!sharing.has(service.scheduler) || service.persistence > 0) return undefined;
  const weighted = service.realServers.map(({ host, weight }) => ({
    host,
    weight: service.scheduler === 'rr' ? Math.min(weight, 1) : weight,
  }));
  const total = weighted.reduce((sum, { weight }) => sum + weight, 0);
  return host => (total === 0 ? 0 : (weighted.find(one => one.host === host)?.weight ?? 0) / total);
}

function unanswered(replies: readonly Reply[]): readonly string[] {
  const failed = replies.filter(reply => !reply.ok);
  const [first] = failed;
  return first ? [`${failed.length} of ${replies.length} requests failed: ${first.error}`] : [];
}

function bypass(service: VirtualService, answered: number, scheduled: number): readonly string[] {
  if (scheduled >= answered) return [];
  const arp =
    service.method === 'NAT' || service.method === 'FULLNAT'
      ? ''
      : '; an RS may answer ARP for the VIP (arp_ignore, arp_announce): run plan for the real servers';
  return [`ARP bypass: ${answered - scheduled} of ${answered} replies did not come by a director${arp}`];
}

/**
 * Turns are exact when nobody else is served meanwhile (off by one at either end of a round); among the traffic of
 * others they are a sample, and four standard deviations of a binomial are allowed.
 */
function unbalanced(servers: readonly Share[], others: number, service: VirtualService): readonly string[] {
  const total = servers.reduce((sum, { seen }) => sum + seen, 0);
  return servers.flatMap(({ host, expected, seen, weight }) => {
    if (weight === 0) return seen > 0 ? [`${host} has weight 0 and got ${seen} requests`] : [];
    if (expected === undefined || total === 0) return [];
    const part = expected / total;
    const slack =
      others > 0 ? 4 * Math.sqrt(total * part * (1 - part)) + 1 : service.scheduler === 'rr' ? 1 : weight;
    return Math.abs(seen - expected) > slack
      ? [
          `${host} got ${seen} of ${total} requests, expected ${round(expected)} (at most ${round(slack)} off)`,
        ]
      : [];
  });
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
