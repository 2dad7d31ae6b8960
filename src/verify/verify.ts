import type { Cluster, Host, VirtualService } from '../model/cluster.ts';
import type { Reporter } from '../model/event.ts';
import { endpoint } from '../model/network.ts';
import { Problem } from '../model/problem.ts';
import type { Transport } from '../model/transport.ts';
import { ask, replies } from './ask.ts';
import { type Counters, growth, parseCounters, readCounters } from './counters.ts';
import { judge, type Verdict } from './judge.ts';
import { pause } from './pause.ts';
import { type Target, target } from './target.ts';

/** One client asking one service. */
export interface Question {
  readonly client: Host;
  readonly service: VirtualService;
  readonly target: Target;
}

/** Every client with every service that it can reach; what cannot be reached is told in `missing`. */
export function questions(cluster: Cluster): { asked: readonly Question[]; missing: readonly string[] } {
  const asked: Question[] = [];
  const missing: string[] = [];
  for (const client of cluster.hosts.filter(host => host.roles.includes('client'))) {
    for (const service of cluster.services) {
      const found = target(cluster, client, service);
      if (found === undefined)
        missing.push(`${client.name} has no way to ${service.name}: no shared network, no route`);
      else if (service.protocol === 'udp')
        missing.push(`${client.name} does not ask ${service.name}: it is UDP`);
      else asked.push({ client, service, target: found });
    }
  }
  return { asked, missing };
}

/**
 * Asks every service from every client and compares the answers with the directors' counters. One after the
 * other, so that the counters can be told apart. Writes nothing.
 */
export async function verify(
  cluster: Cluster,
  transportOf: (host: string) => Transport,
  report: Reporter,
  signal?: AbortSignal,
): Promise<readonly Verdict[]> {
  const { asked, missing } = questions(cluster);
  for (const text of missing) report({ event: 'note', text });
  const directors = cluster.hosts.filter(host => host.roles.includes('director'));
  const counters = () => Promise.all(directors.map(({ name }) => readAll(transportOf(name), name)));
  if (asked.length > 0) await pause(estimation);

  const verdicts: Verdict[] = [];
  for (const { client, service, target } of asked) {
    signal?.throwIfAborted();
    const { requests, type, path } = service.verify;
    const place = endpoint(target.address, target.port);
    report({ event: 'verify.started', client: client.name, service: service.name, target: place, requests });
    const before = await counters();
    const [result] = await transportOf(client.name).run([ask(target, type, path, requests)]);
    if (result === undefined) throw new Problem('the client did not answer', { where: client.name });
    const seen = within(client.name, () => replies(result, type, requests));
    const answered = seen.filter(({ ok }) => ok).length;
    const grown = await settled(before, counters, serviceKey(service), answered);
    signal?.throwIfAborted();
    const verdict = judge(client.name, service, target, seen, grown);
    verdicts.push(verdict);
    report({
      event: 'verify.done',
      result: { ...verdict, servers: verdict.servers.map(server => ({ ...server })) },
    });
  }
  return verdicts;
}

/**
 * Seconds until a connection shows in the counters: the kernel sums them up every two seconds
 * (net/netfilter/ipvs/ip_vs_est.c).
 */
const estimation = 2.2;

/** What the directors scheduled since `before`, as soon as it accounts for all answers, or when no more can come. */
async function settled(
  before: readonly Counters[],
  counters: () => Promise<readonly Counters[]>,
  service: string,
  answered: number,
): Promise<ReturnType<typeof growth>> {
  const deadline = performance.now() + estimation * 1000;
  for (;;) {
    const late = performance.now() > deadline;
    const grown = growth(before, await counters(), service);
    if (late || grown.connections >= answered) return grown;
    await pause(0.3);
  }
}

async function readAll(transport: Transport, host: string): Promise<Counters> {
  const [result] = await transport.run([readCounters]);
  if (result === undefined) throw new Problem('the director did not answer', { where: host });
  return within(host, () => parseCounters(result));
}

function serviceKey({ protocol, vip, port }: VirtualService): string {
  return `${protocol.toUpperCase()} ${endpoint(vip.address.ip, port)}`;
}

function within<T>(host: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Problem) || error.where) throw error;
    const { message, code, why, next } = error;
    throw new Problem(message, { code, where: host, ...(why && { why }), ...(next && { next }) });
  }
}
