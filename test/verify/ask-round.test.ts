import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Host, VirtualService } from '../../src/model/cluster.ts';
import type { Command } from '../../src/model/command.ts';
import type { Transport } from '../../src/model/transport.ts';
import { type Answered, askRound, type Means } from '../../src/verify/ask-round.ts';
import type { Question } from '../../src/verify/questions.ts';
import type { Reading } from '../../src/verify/reading.ts';
import { serviceKey } from '../../src/verify/service-key.ts';
import { service } from './scene.ts';

const virtual = 'TCP 10.0.0.240:80';
const page = `${Buffer.from('a\n\n200').toString('base64')} 0\n`;

/** A question of client `c`, whom `a` answers each time. */
const question = (change: Partial<VirtualService> = {}): Question => ({
  client: { name: 'c' } as Host,
  service: service(change),
  targets: [{ address: '10.0.0.240', port: 80, through: 'vip', virtual: '10.0.0.240:80' }],
});

/** Asks questions in rounds; `counted` is what each director counts of each round by service: `counted[director][round]`. */
async function asked(
  questions: readonly Question[],
  counted: Readonly<Record<string, readonly (readonly number[])[]>>,
  means: Partial<Means> = {},
) {
  const rounds: number[] = [];
  const client = {
    run: async (batch: readonly Command[]) => {
      rounds.push(batch.length);
      return batch.map(() => ({ code: 0, stdout: page.repeat(4), stderr: '' }));
    },
  } as unknown as Transport;
  const directors = Math.max(...Object.values(counted).map(each => each.length));
  const counts = (numbers: readonly number[] = []) => ({
    connections: numbers.slice(0, rounds.length).reduce((sum, each) => sum + each, 100),
    ...{ inPackets: 0, outPackets: 0, servers: new Map() },
  });
  const read = async (): Promise<readonly Reading[]> =>
    Array.from({ length: directors }, (_, index) => ({
      director: `d${index}`,
      counters: new Map(Object.entries(counted).map(([key, each]) => [key, counts(each[index])])),
      table: new Map(),
    }));
  const answered = await askRound(questions, { transportOf: () => client, read, kernel: {}, ...means });
  return { answered, rounds };
}

/** Connections that the last round added, by all directors. */
const grown = ({ before, after, question: { service: of } }: Answered) =>
  [after, before]
    .map(readings => readings.map(({ counters }) => counters.get(serviceKey(of))?.connections ?? 0))
    .map(numbers => numbers.reduce((sum, each) => sum + each, 0))
    .reduce((now, then) => now - then);

test('replies that IPVS need not count are asked for again, and the notes say so', async () => {
  const kept = question({ persistence: 300 });
  const [all, once, never, none] = await Promise.all([
    asked([kept], { [virtual]: [[4]] }),
    asked([kept], { [virtual]: [[3, 4]] }),
    asked([kept], { [virtual]: [[3, 2, 3, 4]] }),
    asked([kept], { [virtual]: [[0, 4]] }),
  ]);
  const told = ({ answered: [one], rounds }: Awaited<ReturnType<typeof asked>>) =>
    one && [rounds.length, grown(one), one.notes.length];
  assert.equal(
    [told(all), told(once), told(never), told(none)],
    [
      [1, 4, 0],
      [2, 4, 1],
      [3, 3, 2],
      [1, 0, 0],
    ],
  );
  assert.match(
    once.answered[0]?.notes[0] ?? '',
    /^asked again: no director counted 1 of 4 replies; IPVS may/,
  );
});

test('a bypass where each connection is counted is told at once', async () => {
  const [plain, asWas] = await Promise.all([
    asked([question()], { [virtual]: [[3, 4]] }),
    asked([question()], { [virtual]: [[3, 4]] }, { kernel: { conn_reuse_mode: '1' } }),
  ]);
  assert.equal([plain.rounds.length, plain.answered.map(grown)], [1, [3]]);
  assert.equal([asWas.rounds.length, asWas.answered.map(grown)], [2, [4]]);
});

test('a service whose VIP goes to another director meanwhile is asked again, the others are not', async () => {
  const still = question({ name: 'still' });
  const moved = question({ name: 'moved', port: 81 });
  const other = 'TCP 10.0.0.240:81';
  const { answered, rounds } = await asked([still, moved], { [virtual]: [[4], [0]], [other]: [[3], [1, 4]] });
  assert.equal(rounds, [2, 1]);
  assert.equal(
    answered.map(({ question: { service: of }, notes }) => [of.name, notes]),
    [
      ['still', []],
      ['moved', ['asked again: the VIP went from one director to another meanwhile']],
    ],
  );
  assert.equal(answered.map(grown), [4, 4]);
});

test('who interrupts is not kept waiting by another round', async () => {
  const interruption = new AbortController();
  const run = asked([question({ persistence: 300 })], { [virtual]: [[3]] }, { signal: interruption.signal });
  interruption.abort(new Error('stop'));
  assert.is(await run.catch((error: Error) => error.message), 'stop');
});

test.run();
