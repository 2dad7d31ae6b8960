import type { Command } from '../model/command.ts';
import type { Transport } from '../model/transport.ts';
import { type Holder, hold, parseHolders, parseWhereTo, release, whereTo } from './hold.ts';
import { toHold } from './promise/promises.ts';
import type { Held } from './promise/seen.ts';
import type { Question } from './questions.ts';
import { loadsOf, type Reading } from './reading.ts';
import { ofServer } from './service-key.ts';

/** What is needed to hold connections open for several services at once. */
interface Means {
  readonly directors: readonly string[];
  readonly transportOf: (host: string) => Transport;
  readonly read: () => Promise<readonly Reading[]>;
}

/**
 * Holds connections open for each question, all services at once, twice (see `Held`), and lets them go. What was held
 * is answered in the order of the questions.
 */
export async function holdAll(questions: readonly Question[], means: Means): Promise<readonly Held[]> {
  const { read, transportOf } = means;
  const open = questions.map(() => [] as Holder[]);
  const rounds = questions.map(() => [] as Held['rounds'][number][]);
  const wanted = questions.map(({ service }) => toHold(service));
  const round = async (counts: readonly number[]) => {
    const before = await read();
    const opened = await onClients(questions, transportOf, ({ targets: [target] }, index) => {
      const count = counts[index] ?? 0;
      return target === undefined || count === 0 ? undefined : hold(target, count);
    });
    opened.forEach((result, index) => {
      open[index]?.push(...(result === undefined ? [] : parseHolders(result)));
    });
    const after = await read();
    questions.forEach(({ service }, index) => {
      const result = opened[index];
      rounds[index]?.push({
        before: loadsOf(service, before),
        after: loadsOf(service, after),
        opened: result === undefined ? 0 : parseHolders(result).length,
      });
    });
  };
  try {
    await round(wanted);
    const leaving = await Promise.all(
      questions.map((each, index) => leavers(each, open[index] ?? [], means)),
    );
    await onClients(questions, transportOf, (_, index) => release(leaving[index] ?? []));
    await round(leaving.map(each => each.length));
    return questions.map((_, index) => ({
      wanted: (wanted[index] ?? 0) + (leaving[index]?.length ?? 0),
      opened: (rounds[index] ?? []).reduce((sum, { opened }) => sum + opened, 0),
      rounds: rounds[index] ?? [],
    }));
  } finally {
    await onClients(questions, transportOf, (_, index) => release(open[index] ?? []));
  }
}

/** The connections of all RS but the one that has most of them. */
async function leavers(
  { service, targets }: Question,
  open: readonly Holder[],
  { directors, transportOf }: Means,
): Promise<readonly Holder[]> {
  const [target] = targets;
  if (open.length === 0 || target === undefined) return [];

  const told = await Promise.all(directors.map(name => transportOf(name).run([whereTo(open)])));
  const servers = new Map(
    told.flatMap(([result]) => (result ? [...parseWhereTo(result, target.virtual)] : [])),
  );
  const groups = service.realServers.map(server =>
    open.filter(({ port }) => {
      const place = servers.get(port);
      return place !== undefined && ofServer(new Map([[place, true]]), service, server);
    }),
  );
  const most = groups.reduce<readonly Holder[]>(
    (best, group) => (group.length > best.length ? group : best),
    [],
  );
  return open.filter(holder => !most.includes(holder));
}

/** Runs a command for each question on its client, one batch a client; the results in the order of the questions. */
export async function onClients(
  questions: readonly Question[],
  transportOf: (host: string) => Transport,
  commandOf: (question: Question, index: number) => Command | undefined,
) {
  const jobs = questions.map((question, index) => ({
    client: question.client.name,
    command: commandOf(question, index),
    index,
  }));
  const clients = [...new Set(jobs.map(({ client }) => client))];
  const done = await Promise.all(
    clients.map(async client => {
      const own = jobs.flatMap(job =>
        job.client === client && job.command ? [{ ...job, command: job.command }] : [],
      );
      if (own.length === 0) return [];
      const results = await transportOf(client).run(
        own.map(({ command }) => command),
        { keepGoing: true },
      );
      return own.map(({ index }, position) => ({ index, result: results[position] }));
    }),
  );
  const byIndex = new Map(done.flat().map(({ index, result }) => [index, result]));
  return questions.map((_, index) => byIndex.get(index));
}
