import type { Cluster } from '../model/cluster.ts';
import type { Reporter } from '../model/event.ts';
import { Problem } from '../model/problem.ts';
import type { Transport } from '../model/transport.ts';
import { type PoolCounters, parsePoolCounters, poolGrowth, readPoolCounters } from './pool-counters.ts';
import { answers, askRule } from './rule-ask.ts';
import { judgeRule, type RuleVerdict } from './rule-judge.ts';
import { ruleQuestions } from './rule-questions.ts';

/**
 * Asks from every client for what each rule of the proxies takes, through the VIP, and compares the answers with
 * HAProxy's counters. One rule after the other, so that the counters can be told apart. Writes nothing.
 */
export async function verifyRules(
  cluster: Cluster,
  transportOf: (host: string) => Transport,
  report: Reporter,
  signal?: AbortSignal,
): Promise<readonly RuleVerdict[]> {
  const { proxy } = cluster;
  const { asked, missing } = ruleQuestions(cluster);
  for (const text of missing) report({ event: 'note', text });
  if (proxy === undefined || asked.length === 0) return [];
  const proxies = cluster.hosts.filter(({ roles }) => roles.includes('proxy'));
  const counters = () =>
    Promise.all(proxies.map(({ name }) => readAll(transportOf(name), name, proxy.statsSocket)));
  // In turn they come to every proxy.
  const requests = Math.max(2, proxies.length);

  let before = await counters();
  for (const text of dead(before, proxies)) report({ event: 'note', text });
  const verdicts: RuleVerdict[] = [];
  for (const question of asked) {
    signal?.throwIfAborted();
    const { client, target, samples } = question;
    const commands = samples.map(sample => askRule(target, sample, requests));
    const results = await transportOf(client.name).run(commands);
    const seen = samples.flatMap((sample, index) => {
      const result = results[index];
      if (result === undefined) throw new Problem('the client did not answer', { where: client.name });
      return within(client.name, () => answers(result, sample, requests));
    });
    const after = await counters();
    const verdict = judgeRule(cluster, question, seen, poolGrowth(before, after));
    before = after;
    verdicts.push(verdict);
    report({
      event: 'verify.rule',
      result: { ...verdict, servers: verdict.servers.map(each => ({ ...each })) },
    });
  }
  return verdicts;
}

function dead(
  counters: readonly PoolCounters[],
  proxies: readonly { readonly name: string }[],
): readonly string[] {
  return counters.flatMap(({ down }, index) =>
    down.map(({ pool, host }) => `${proxies[index]?.name}: ${host} of pool ${pool} does not pass its check`),
  );
}

async function readAll(transport: Transport, host: string, socket: string): Promise<PoolCounters> {
  const [result] = await transport.run([readPoolCounters(socket)]);
  if (result === undefined) throw new Problem('the proxy did not answer', { where: host });
  return within(host, () => parsePoolCounters(result));
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
