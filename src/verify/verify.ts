import type { Cluster } from '../model/cluster.ts';
import type { Reporter } from '../model/event.ts';
import { endpoint } from '../model/network.ts';
import type { Transport } from '../model/transport.ts';
import { type Answered, askRound, estimation } from './ask-round.ts';
import { growth } from './counters.ts';
import { doubleOwners } from './directors/owners.ts';
import { type Holding, readHoldings } from './directors/standing.ts';
import { holdAll } from './holding.ts';
import { type Evidence, judge } from './judge.ts';
import { differences } from './live.ts';
import { explainOut } from './out-of-service.ts';
import { pause } from './pause.ts';
import { enough, toHold } from './promise/promises.ts';
import type { Held } from './promise/seen.ts';
import { type Question, questions, rounds } from './questions.ts';
import { loadsOf, readDirectors } from './reading.ts';
import { serviceKey } from './service-key.ts';
import { keptAt, parseTemplates, readTemplates, type Template } from './templates.ts';
import type { Verdict } from './verdict.ts';

/** What a client was told, and where a template kept it. */
type Told = Answered & Pick<Evidence, 'kept'>;

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

  const answered: Told[] = [];
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
    for (const one of await askRound(round, { transportOf, read, kernel: cluster.director.kernel, signal })) {
      const { service, client } = one.question;
      answered.push({ ...one, kept: keptAt(templates, service, client) });
    }
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
  answered: readonly Told[],
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
        notes: [...found.notes, ...difference.notes],
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
