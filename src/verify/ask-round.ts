import type { VirtualService } from '../model/cluster.ts';
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
  /** Why it was asked more than once. */
  readonly notes: readonly string[];
}

/** What is needed to ask a round of questions. */
export interface Means {
  readonly transportOf: (host: string) => Transport;
  readonly read: () => Promise<readonly Reading[]>;
  /** Settings of IPVS that the inventory gives the directors (net/ipv4/vs/...). */
  readonly kernel: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Seconds until a connection shows in the counters: the kernel sums them up every two seconds
 * (net/netfilter/ipvs/ip_vs_est.c).
 */
export const estimation = 2.2;

/** Times that a question is asked at most. */
const most = 3;

/**
 * Asks a round's questions at once, and those again whose answers say too little (`doubt`): the last answers count, and the notes tell of
 * the others. The answers come in the order of the questions.
 */
export async function askRound(round: readonly Question[], means: Means): Promise<readonly Answered[]> {
  const answered = new Map<Question, Answered>();
  let open = round;
  for (let time = 1; open.length > 0; time++) {
    means.signal?.throwIfAborted();
    const before = await means.read();
    const told = await askAll(open, means.transportOf);
    const after = await settled(means.read, before, open, told);
    const again: Question[] = [];
    for (const [index, question] of open.entries()) {
      const notes = answered.get(question)?.notes ?? [];
      const one = { question, replies: told[index] ?? [], before, after, notes };
      const why = time < most ? doubt(one, means.kernel) : undefined;
      answered.set(question, why === undefined ? one : { ...one, notes: [...notes, `asked again: ${why}`] });
      if (why !== undefined) again.push(question);
    }
    open = again;
  }
  return round.flatMap(question => answered.get(question) ?? []);
}

/** Why answers say too little to judge by, though nothing may be wrong. */
function doubt(one: Answered, kernel: Means['kernel']): string | undefined {
  const { service, client, targets } = one.question;
  const { good, counted, directors } = accounts(one);
  if (counted > 0 && counted < good && mayKnowPorts(service, kernel)) {
    return `no director counted ${good - counted} of ${good} replies; IPVS may still know ports that ${client.name} used again`;
  }
  // Each director has turns of its own. Behind a firewall mark there are several VIPs, which may be at several directors.
  if (targets.length === 1 && directors.filter(count => count > 0).length > 1) {
    return 'the VIP went from one director to another meanwhile';
  }
  return undefined;
}

/**
 * Whether IPVS may take a request for an old connection, because it comes from the same port, and not count it. Linux may choose one of
 * some thousand ports again. With persistence, and over UDP, an entry that still lives always takes it; else
 * that hangs on a setting, which lvsform makes 2 where a director sees no connection end (ip_vs_core.c, is_new_conn_expected).
 */
function mayKnowPorts(
  { persistence, protocol, onePacket }: VirtualService,
  kernel: Means['kernel'],
): boolean {
  if (persistence > 0) return true;
  return protocol === 'udp' ? !onePacket : (kernel['conn_reuse_mode'] ?? '2') !== '2';
}

/** Replies of a question, the good ones, and connections that the directors counted meanwhile, in all and each. */
function accounts({ question, replies, before, after }: Omit<Answered, 'notes'>) {
  const [then, now] = [before, after].map(readings => readings.map(({ counters }) => counters));
  const { connections, directors } = growth(then ?? [], now ?? [], serviceKey(question.service));
  return {
    all: replies.length,
    good: replies.filter(({ ok }) => ok).length,
    counted: connections,
    directors,
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
