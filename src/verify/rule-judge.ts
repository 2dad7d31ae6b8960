import type { Cluster } from '../model/cluster.ts';
import { endpoint } from '../model/network.ts';
import type { Answer } from './rule-ask.ts';
import type { RuleQuestion } from './rule-questions.ts';

/** What one client saw of one rule of the proxies, expected against seen. Plain JSON. */
export interface RuleVerdict {
  readonly client: string;
  readonly service: string;
  readonly listener: string;
  readonly target: string;
  readonly rule: string;
  /** `pool app`, `status 404`. */
  readonly expected: string;
  readonly requests: number;
  readonly answered: number;
  /** The pool's servers, and how many requests the proxies gave to each meanwhile. */
  readonly servers: readonly { readonly host: string; readonly seen: number }[];
  /** Whose address the pages tell. */
  readonly address: 'client' | 'other' | 'untold';
  /** What is wrong; empty means that the rule does what the inventory says. */
  readonly faults: readonly string[];
  /** What is worth knowing and not wrong. */
  readonly notes: readonly string[];
}

/** Requests given to each server, by pool. */
type Growth = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** Compares what a client saw, and what the proxies counted meanwhile, with what the rule promises. Pure. */
export function judgeRule(
  cluster: Cluster,
  question: RuleQuestion,
  answers: readonly Answer[],
  growth: Growth,
): RuleVerdict {
  const { client, service, listener, target, rule, pool: name } = question;
  const pool = cluster.proxy?.pools.find(each => each.name === name);
  const answered = answers.filter(({ status }) => status > 0).length;
  const servers = (pool?.servers ?? []).map(({ host }) => ({
    host,
    seen: growth.get(name ?? '')?.get(host) ?? 0,
  }));
  const told = pool === undefined ? 'untold' : addressTold(cluster, question, answers);
  const promised = pool !== undefined && pool.clientAddress !== 'none' && service.method !== 'FULLNAT';
  return {
    client: client.name,
    service: service.name,
    listener: listener.name,
    target: endpoint(target.address, target.port),
    rule,
    expected: name === undefined ? 'status 404' : `pool ${name}`,
    requests: answers.length,
    answered,
    servers,
    address: told,
    faults: [
      ...unanswered(answers),
      ...(name === undefined
        ? wrongStatus(answers)
        : [
            ...noServer(answers, name),
            ...elsewhere(cluster, answers, name),
            ...uncounted(servers, answered, name),
          ]),
      ...(promised && told === 'other'
        ? [`the servers of ${name} take a proxy or a director for the client: its own address is lost`]
        : []),
    ],
    notes: [
      ...(promised && told === 'untold' && answered > 0
        ? ["the pages do not tell the client's address, so nothing proves that it arrives"]
        : []),
      ...(pool !== undefined && service.method === 'FULLNAT'
        ? ["FULLNAT hides the client's address from the proxies already"]
        : []),
    ],
  };
}

function shown({ sample: { host, path } }: Answer): string {
  return `${host ?? ''}${path}`;
}

function unanswered(answers: readonly Answer[]): readonly string[] {
  const failed = answers.filter(({ status }) => status === 0);
  const [first] = failed;
  return first
    ? [`${failed.length} of ${answers.length} requests failed: ${shown(first)}: ${first.error}`]
    : [];
}

function wrongStatus(answers: readonly Answer[]): readonly string[] {
  const [first] = answers.filter(({ status }) => status > 0 && status !== 404);
  return first ? [`${shown(first)} was answered with status ${first.status}, expected 404`] : [];
}

/** What HAProxy answers by itself when no server does (its configuration manual, 1.3.1). */
function noServer(answers: readonly Answer[], pool: string): readonly string[] {
  const [first] = answers.filter(({ status }) => status === 502 || status === 503 || status === 504);
  return first ? [`${shown(first)}: status ${first.status}: no server of pool ${pool} answers`] : [];
}

/** A page that names just servers of other pools comes from one of them. */
function elsewhere({ proxy }: Cluster, answers: readonly Answer[], name: string): readonly string[] {
  const pools = proxy?.pools ?? [];
  const own = new Set(pools.find(pool => pool.name === name)?.servers.map(({ host }) => host));
  const all = new Set(pools.flatMap(({ servers }) => servers.map(({ host }) => host)));
  for (const answer of answers) {
    const named = [...words(answer.page)].filter(word => all.has(word));
    if (named.length > 0 && !named.some(word => own.has(word))) {
      return [`${shown(answer)} was answered by ${named.join(', ')}, which is not in pool ${name}`];
    }
  }
  return [];
}

/** Requests of others make the counters grow too, so more than answered is no fault. */
function uncounted(servers: RuleVerdict['servers'], answered: number, pool: string): readonly string[] {
  const counted = servers.reduce((sum, { seen }) => sum + seen, 0);
  return counted < answered
    ? [`the proxies gave ${counted} of ${answered} answered requests to pool ${pool}, expected all`]
    : [];
}

function addressTold(
  { hosts }: Cluster,
  { client }: RuleQuestion,
  answers: readonly Answer[],
): RuleVerdict['address'] {
  const of = (all: Cluster['hosts']) =>
    new Set(all.flatMap(({ interfaces }) => interfaces.flatMap(each => each.addresses.map(({ ip }) => ip))));
  const own = of([client]);
  const between = of(hosts.filter(({ roles }) => roles.includes('proxy') || roles.includes('director')));
  const pages = answers.filter(({ page }) => page !== '').map(({ page }) => [...words(page)]);
  if (pages.some(page => !page.some(word => own.has(word)) && page.some(word => between.has(word)))) {
    return 'other';
  }
  return pages.length > 0 && pages.every(page => page.some(word => own.has(word))) ? 'client' : 'untold';
}

function words(page: string): ReadonlySet<string> {
  return new Set(page.split(/[^\p{L}\p{N}.:_-]+/u).flatMap(word => [word, word.replace(/[.:]+$/, '')]));
}
