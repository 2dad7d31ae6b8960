import type { Reporter } from '../model/event.ts';
import { Problem } from '../model/problem.ts';
import type { Transport } from '../model/transport.ts';
import { ask, type Reply, replies } from './ask.ts';
import { growth } from './counters.ts';
import { onClients } from './holding.ts';
import { pause } from './pause.ts';
import { enough } from './promise/promises.ts';
import type { Question } from './questions.ts';
import { type Reading, within } from './reading.ts';
import { serviceKey } from './service-key.ts';

/** What a client was told, with what the directors said before and after. */
export interface Answered {
  readonly question: Question;
  readonly replies: readonly Reply[];
  readonly before: readonly Reading[];
  readonly after: readonly Reading[];
}

/** What is needed to ask a round of questions. */
export interface Means {
  readonly transportOf: (host: string) => Transport;
  readonly read: () => Promise<readonly Reading[]>;
  readonly report: Reporter;
}

/**
 * Seconds until a connection shows in the counters: the kernel sums them up every two seconds
 * (net/netfilter/ipvs/ip_vs_est.c).
 */
export const estimation = 2.2;

/** Times that a question is asked at most. */
const most = 3;

/**
 * Asks a round's questions at once. Of whose replies some, not all, were counted, is asked again: IPVS takes a request from a
 * port that it still knows for the old connection and does not count it, of a client that persistence keeps always
 * (ip_vs_core.c, is_new_conn_expected), and Linux may choose one of some thousand ports again. An RS that takes a client
 * away does so each time. The answers come in the order of the questions.
 */
export async function askRound(round: readonly Question[], means: Means): Promise<readonly Answered[]> {
  const answered = new Map<Question, Answered>();
  let open = round;
  for (let time = 1; open.length > 0; time++) {
    const before = await means.read();
    const told = await askAll(open, means.transportOf);
    const after = await settled(means.read, before, open, told);
    const again: Question[] = [];
    for (const [index, question] of open.entries()) {
      const one = { question, replies: told[index] ?? [], before, after };
      const { good, counted } = accounts(one);
      answered.set(question, one);
      if (time === most || counted === 0 || counted >= good) continue;
      again.push(question);
      const { service, client } = question;
      const text = `${service.name}: no director counted ${good - counted} of ${good} replies to ${client.name}, which asks again: IPVS does not count a port that it still knows`;
      means.report({ event: 'note', text });
    }
    open = again;
  }
  return round.flatMap(question => answered.get(question) ?? []);
}

/** Replies of a question, the good ones, and connections that the directors counted meanwhile. */
function accounts({ question, replies, before, after }: Answered) {
  const [then, now] = [before, after].map(readings => readings.map(({ counters }) => counters));
  return {
    all: replies.length,
    good: replies.filter(({ ok }) => ok).length,
    counted: growth(then ?? [], now ?? [], serviceKey(question.service)).connections,
  };
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
  for (;;) {
    const seconds = (performance.now() - asked) / 1000;
    const after = await read();
    const awaited = round.map((question, index) => {
      const { all, good, counted } = accounts({ question, replies: told[index] ?? [], before, after });
      if (counted >= all) return 0;
      return counted < good ? 3 * estimation : estimation;
    });
    if (seconds > Math.max(...awaited)) return after;
    await pause(0.3);
  }
}
