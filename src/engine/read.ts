import type { Command, Result } from '../model/command.ts';
import type { Answers, Ask, Probe } from '../model/probe.ts';
import { Problem } from '../model/problem.ts';
import type { Transport } from '../model/transport.ts';
import { lostAt } from './lost-at.ts';

/**
 * Asks a host everything at once: the questions are merged by probe, so the number of commands depends on
 * how many probes there are and not on how many resources. One batch, one round trip, nothing written; with `lock` it
 * takes the host's lock before, in the same round trip.
 */
export async function read(
  transport: Transport,
  host: string,
  asks: readonly Ask[],
  lock?: string,
): Promise<Answers> {
  const questions = merge(asks);
  if (questions.length === 0 && lock === undefined) return answersOf(host, []);
  const results = await transport
    .run(questions.map(command), { keepGoing: true, reads: true, ...(lock !== undefined && { lock }) })
    .catch((error: unknown) => {
      throw lostAt(host, error, 'it was at reading the host, which writes nothing');
    });
  return answersOf(
    host,
    questions.map((question, index) => ({ ...question, result: results[index] })),
  );
}

interface Question {
  readonly probe: Probe<unknown>;
  readonly keys: readonly string[];
}

function merge(asks: readonly Ask[]): readonly Question[] {
  const byName = new Map<string, { probe: Probe<unknown>; keys: Set<string> }>();
  for (const { probe, key } of asks) {
    const known = byName.get(probe.name);
    if (known) known.keys.add(key);
    else byName.set(probe.name, { probe, keys: new Set([key]) });
  }
  return [...byName.values()].map(({ probe, keys }) => ({ probe, keys: [...keys] }));
}

/** What is read may hold secrets (a configuration file does), so no log gets its output. */
function command({ probe, keys }: Question): Command {
  return { argv: probe.script(keys), secret: true, label: `read ${probe.name}` };
}

function answersOf(
  host: string,
  answered: readonly (Question & { readonly result: Result | undefined })[],
): Answers {
  const values = new Map<string, ReadonlyMap<string, unknown> | Problem>();
  for (const { probe, keys, result } of answered) values.set(probe.name, parse(host, probe, keys, result));

  return {
    get<Value>(probe: Probe<Value>, key: string): Value | undefined {
      const found = values.get(probe.name);
      if (found instanceof Problem) throw found;
      if (found === undefined || !found.has(key)) {
        throw new Problem(`could not read ${probe.name} "${key}"`, {
          where: host,
          why: 'the answer of the host says neither what is there nor that nothing is',
        });
      }
      return found.get(key) as Value | undefined;
    },
  };
}

function parse(
  host: string,
  probe: Probe<unknown>,
  keys: readonly string[],
  result: Result | undefined,
): ReadonlyMap<string, unknown> | Problem {
  if (result === undefined) return new Problem(`could not read ${probe.name}`, { where: host });
  try {
    return probe.parse(result, keys);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return new Problem(error.message, {
      code: error.code,
      where: error.where ? `${host}: ${error.where}` : host,
      ...(error.why === undefined ? {} : { why: error.why }),
      ...(error.next === undefined ? {} : { next: error.next }),
    });
  }
}
