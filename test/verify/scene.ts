import type { RealServer, VirtualService } from '../../src/model/cluster.ts';
import type { Reply } from '../../src/verify/ask.ts';
import type { Growth } from '../../src/verify/counters.ts';
import { type Evidence, judge } from '../../src/verify/judge.ts';
import type { Held, Load } from '../../src/verify/promise/seen.ts';
import type { Verdict } from '../../src/verify/verdict.ts';

/** RS of these weights: a, b, c ... at 10.0.0.1, 10.0.0.2 ... */
export function rs(...weights: readonly number[]): readonly RealServer[] {
  return weights.map((weight, index) => ({
    host: 'abcdefgh'[index] ?? '',
    rip: `10.0.0.${index + 1}`,
    port: 80,
    weight,
    upperThreshold: 0,
    lowerThreshold: 0,
  }));
}

/** A service of HTTP by rr over two RS, or as `change` says. */
export function service(change: Partial<VirtualService> = {}): VirtualService {
  return {
    name: 'http',
    group: 'http',
    vip: {
      name: 'web',
      address: { ip: '10.0.0.240', prefix: 24, family: 4 },
      interface: 'eth0',
      label: undefined,
    },
    port: 80,
    mark: undefined,
    protocol: 'tcp',
    scheduler: 'rr',
    schedulerFlags: [],
    method: 'DR',
    persistence: 0,
    persistencePrefix: undefined,
    persistenceEngine: undefined,
    onePacket: false,
    realServers: rs(1, 1),
    checks: [],
    availability: {},
    delayLoop: 6,
    drain: 0,
    verify: {
      type: 'http',
      path: '/',
      host: undefined,
      certificate: 'ignore',
      expect: undefined,
      requests: 4,
      hold: 12,
    },
    ...change,
  } as VirtualService;
}

/** Answers whose pages are the words of `text`: `a b a`; `-` is no answer, `?` one that names no RS. */
export function answers(text: string): readonly Reply[] {
  return text.split(' ').map(word => {
    if (word === '-') return { ok: false, page: '', error: 'curl: (28) timed out' };
    return { ok: true, page: word === '?' ? 'welcome' : `I am ${word}.\n`, error: '' };
  });
}

/** What the counters grew by, with the RS in order. */
export function grown(connections: number, ...servers: readonly number[]): Growth {
  return {
    connections,
    inPackets: connections * 6,
    outPackets: 0,
    servers: new Map(servers.map((count, index) => [`10.0.0.${index + 1}:80`, count])),
    directors: [connections],
  };
}

/** Loads of RS by active connections, `[4, 2]`, with the service's weights. */
export function loads({ realServers }: VirtualService, ...active: readonly number[]): readonly Load[] {
  return realServers.map(({ host, weight }, index) => ({
    ...{ host, weight, inactive: 0 },
    active: active[index] ?? 0,
  }));
}

/** Connections held in rounds of before and after, by active connections of each RS. */
export function held(of: VirtualService, ...rounds: readonly (readonly [number[], number[]])[]): Held {
  const made = rounds.map(([before, after]) => ({
    before: loads(of, ...before),
    after: loads(of, ...after),
    opened: after.reduce((sum, each) => sum + each, 0) - before.reduce((sum, each) => sum + each, 0),
  }));
  const opened = made.reduce((sum, each) => sum + each.opened, 0);
  return { wanted: opened, opened, rounds: made };
}

/** The verdict on a client `c` that got `text`, all of it counted unless `change` says otherwise. */
export function verdict(of: VirtualService, text: string, change: Partial<Evidence> = {}): Verdict {
  const replies = answers(text);
  return judge({
    client: 'c',
    service: of,
    target: '10.0.0.240:80',
    replies,
    growth: grown(replies.length),
    before: loads(of),
    after: loads(of),
    held: undefined,
    heldBy: undefined,
    live: { faults: [], notes: [], out: [] },
    kept: undefined,
    earlier: [],
    ...change,
  });
}
