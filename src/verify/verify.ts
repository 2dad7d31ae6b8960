import type { Cluster } from '../model/cluster.ts';
import type { Reporter } from '../model/event.ts';
import { endpoint } from '../model/network.ts';
import { Problem } from '../model/problem.ts';
import type { Transport } from '../model/transport.ts';
import { ask, type Reply, replies } from './ask.ts';
import { growth } from './counters.ts';
import { doubleOwners } from './directors/owners.ts';
import { type Holding, readHoldings } from './directors/standing.ts';
import { holdAll, onClients } from './holding.ts';
import { type Evidence, judge } from './judge.ts';
import { differences } from './live.ts';
import { explainOut } from './out-of-service.ts';
import { pause } from './pause.ts';
import { enough, toHold } from './promise/promises.ts';
import type { Held } from './promise/seen.ts';
import { type Question, questions, rounds } from './questions.ts';
import { loadsOf, type Reading, readDirectors, within } from './reading.ts';
import { serviceKey } from './service-key.ts';
import { keptAt, parseTemplates, readTemplates, type Template } from './templates.ts';
import type { Verdict } from './verdict.ts';

/** What a client was told, with what the directors said before and after. */
interface Answered {
  readonly question: Question;
  readonly replies: readonly Reply[];
  readonly before: readonly Reading[];
  readonly after: readonly Reading[];
  readonly kept: Evidence['kept'];
}

/**
 * Asks every service from every client and compares the answers with the directors' counters: services at once,
 * for each has counters of its own, and the clients of one service one after the other. Then it holds connections
 * open, for the schedulers that follow those. Writes nothing. It is the first of its process to ask.
 */
export async function verify(
  cluster: Cluster,
  transportOf: (host: string) => Transport,
  report: Reporter,
  signal?: AbortSignal,
): Promise<readonly Verdict[]> {
  const { asked, missing } = questions(cluster);
  for (const text of missing) report({ event: 'note', text });
  const directors = cluster.hosts.filter(host => host.roles.includes('director')).map(({ name }) => name);
  const read = () => readDirectors(directors, transportOf);
  // What an earlier command asked may not be counted yet; this process asked nothing before.
  if (asked.length > 0) await pause(Math.max(0, estimation - performance.now() / 1000));

  const answered: Answered[] = [];
  for (const round of rounds(asked)) {
    signal?.throwIfAborted();
    for (const { client, service, targets } of round) {
      const requests = enough(service) * targets.length;
      report({
        event: 'verify.started',
        client: client.name,
        service: service.name,
        target: places(targets),
        requests,
      });
    }
    const templates = await readAllTemplates(round, directors, transportOf);
    const before = await read();
    const told = await askAll(round, transportOf);
    const after = await settled(read, before, round, told);
    round.forEach((question, index) => {
      const kept = keptAt(templates, question.service, question.client);
      answered.push({ question, replies: told[index] ?? [], before, after, kept });
    });
  }
  signal?.throwIfAborted();
  const alive = answered.filter(each => each.replies.some(({ ok }) => ok));
  const holders = holdersOf(alive.map(({ question }) => question));
  const held = holders.length === 0 ? [] : await holdAll(holders, { directors, transportOf, read });
  const heldBy = new Map<Question, Held>();
  holders.forEach((question, index) => {
    const one = held[index];
    if (one !== undefined) heldBy.set(question, one);
  });
  const holdings = asked.length === 0 ? [] : await readHoldings(directors, transportOf);
  return verdicts(asked, answered, heldBy, holdings, transportOf, report);
}

async function verdicts(
  asked: readonly Question[],
  answered: readonly Answered[],
  held: ReadonlyMap<Question, Held>,
  holdings: readonly Holding[],
  transportOf: (host: string) => Transport,
  report: Reporter,
): Promise<readonly Verdict[]> {
  const done: Verdict[] = [];
  for (const question of asked) {
    const found = answered.find(each => each.question === question);
    if (found === undefined) continue;
    const { service, client, targets } = question;
    const { before, after, kept } = found;
    const counters = [before, after].map(readings => readings.map(each => each.counters));
    const grown = growth(counters[0] ?? [], counters[1] ?? [], serviceKey(service));
    const difference = differences(service, after);
    // An RS that one director has taken out still works by another; whom the connections came by decides.
    const serving = after
      .filter((_, index) => (grown.directors[index] ?? 0) > 0)
      .map(({ director }) => director);
    const out = difference.out.filter(({ director }) => serving.length === 0 || serving.includes(director));
    const verdict = judge({
      client: client.name,
      service,
      target: places(targets),
      replies: found.replies,
      growth: grown,
      before: loadsOf(service, before),
      after: loadsOf(service, after),
      held: held.get(question),
      heldBy: [...held.keys()].find(each => each.service === service && each !== question)?.client.name,
      live: {
        faults: [
          ...doubleOwners(service.mark?.vips ?? [service.vip], holdings),
          ...(await explainOut(difference.out, transportOf)),
          ...difference.faults,
        ],
        notes: difference.notes,
        out: out.map(({ server }) => server.host),
      },
      kept,
      earlier: done.filter(each => each.service === service.name),
    });
    done.push(verdict);
    report({
      event: 'verify.done',
      result: { ...verdict, servers: verdict.servers.map(server => ({ ...server })) },
    });
  }
  return done;
}

/** Asks a round's questions; a client asks one after the other, the clients all at once. */
async function askAll(
  round: readonly Question[],
  transportOf: (host: string) => Transport,
): Promise<readonly (readonly Reply[])[]> {
  const told: Reply[][] = round.map(() => []);
  // One place at a time: only a firewall mark has several.
  for (let place = 0; round.some(({ targets }) => place < targets.length); place++) {
    const results = await onClients(round, transportOf, ({ service, targets }) => {
      const target = targets[place];
      return target && ask(service, target, enough(service));
    });
    round.forEach(({ client, service, targets }, index) => {
      if (place >= targets.length) return;
      const result = results[index];
      if (result === undefined) throw new Problem('the client did not answer', { where: client.name });
      told[index]?.push(...within(client.name, () => replies(result, service.verify, enough(service))));
    });
  }
  return told;
}

/**
 * Seconds until a connection shows in the counters: the kernel sums them up every two seconds
 * (net/netfilter/ipvs/ip_vs_est.c).
 */
const estimation = 2.2;

/**
 * What the directors say as soon as it accounts for all requests, or when no more can come. Replies that no director has
 * counted are a grave fault, so a busy host gets more time to count them.
 */
async function settled(
  read: () => Promise<readonly Reading[]>,
  before: readonly Reading[],
  round: readonly Question[],
  told: readonly (readonly Reply[])[],
): Promise<readonly Reading[]> {
  const asked = performance.now();
  const counters = (readings: readonly Reading[]) => readings.map(each => each.counters);
  for (;;) {
    const seconds = (performance.now() - asked) / 1000;
    const after = await read();
    const awaited = round.map(({ service }, index) => {
      const replies = told[index] ?? [];
      const { connections } = growth(counters(before), counters(after), serviceKey(service));
      if (connections >= replies.length) return 0;
      return connections < replies.filter(({ ok }) => ok).length ? 3 * estimation : estimation;
    });
    if (seconds > Math.max(...awaited)) return after;
    await pause(0.3);
  }
}

async function readAllTemplates(
  round: readonly Question[],
  directors: readonly string[],
  transportOf: (host: string) => Transport,
): Promise<readonly Template[]> {
  if (!round.some(({ service }) => service.persistence > 0)) return [];
  const read = await Promise.all(directors.map(director => transportOf(director).run([readTemplates])));
  return read.flatMap(([result]) => (result === undefined ? [] : parseTemplates(result)));
}

/** One client holds connections for each service that follows them; the clients in turn. */
function holdersOf(asked: readonly Question[]): readonly Question[] {
  const services = [...new Set(asked.map(({ service }) => service))].filter(service => toHold(service) > 0);
  return services.flatMap((service, index) => {
    const able = asked.filter(question => question.service === service);
    return able[index % able.length] ?? [];
  });
}

function places(targets: Question['targets']): string {
  return targets.map(({ address, port }) => endpoint(address, port)).join(', ');
}
