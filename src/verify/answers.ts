import type { VirtualService } from '../model/cluster.ts';
import type { Reply } from './ask.ts';
import type { Growth } from './counters.ts';

/** The RS whose name, or else whose RIP, stands in the answer as a word; undefined unless it is just one. */
export function serverOf(service: VirtualService, page: string): string | undefined {
  const all = words(page);
  for (const key of ['host', 'rip'] as const) {
    const named = service.realServers.filter(server => all.has(server[key]));
    if (named.length === 1) return named[0]?.host;
  }
  return undefined;
}

function words(page: string): ReadonlySet<string> {
  return new Set(page.split(/[^\p{L}\p{N}.:_-]+/u).flatMap(word => [word, word.replace(/[.:]+$/, '')]));
}

/** Requests without an answer, and where they got lost as far as the counters tell. */
export function unanswered(
  service: VirtualService,
  replies: readonly Reply[],
  growth: Growth,
): readonly string[] {
  const failed = replies.filter(reply => !reply.ok);
  const [first] = failed;
  if (first === undefined) return [];
  const all = failed.length === replies.length;
  return [
    `${failed.length} of ${replies.length} requests failed: ${first.error}${all ? lost(service, growth) : ''}`,
  ];
}

function lost({ method }: VirtualService, { connections, outPackets }: Growth): string {
  if (connections === 0) return '; no director scheduled any: is the VIP where the client looks for it?';
  if (outPackets > 0 || method === 'DR' || method === 'TUN') return '; a director did schedule them';
  return method === 'NAT'
    ? '; a director did schedule them, and no reply came back by it: is it the way of the RS to the client?'
    : '; a director did schedule them, and no reply came back by it: does it put its own address in as the source?';
}

/**
 * Conservation: what answered without a director counting it did not come by IPVS. Under DR and TUN each RS has the
 * VIP, and one that answers ARP for it takes clients away, though no request fails.
 */
export function bypass(service: VirtualService, answered: number, scheduled: number): readonly string[] {
  if (scheduled >= answered) return [];
  const part = `${answered - scheduled} of ${answered} replies did not come by a director`;
  return service.method === 'DR' || service.method === 'TUN'
    ? [
        `ARP bypass: ${part}; an RS may answer ARP for the VIP (arp_ignore, arp_announce): run plan for the real servers`,
      ]
    : [`bypass: ${part}'s IPVS; something else has the VIP, or a program on a director answers at it`];
}
