import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Host } from '../../src/model/cluster.ts';
import type { Transport } from '../../src/model/transport.ts';
import { type Answered, askRound } from '../../src/verify/ask-round.ts';
import type { Question } from '../../src/verify/questions.ts';
import type { Reading } from '../../src/verify/reading.ts';
import { service } from './scene.ts';

/** Asks http four times a round of a client that is answered by `a`; `counted` is what a director counts of each round. */
async function asked(
  ...counted: readonly number[]
): Promise<{ answered: readonly Answered[]; rounds: number; notes: readonly unknown[] }> {
  let rounds = 0;
  const page = `${Buffer.from('a\n\n200').toString('base64')} 0\n`;
  const client = {
    run: async () => {
      rounds += 1;
      return [{ code: 0, stdout: page.repeat(4), stderr: '' }];
    },
  } as unknown as Transport;
  const read = async (): Promise<readonly Reading[]> => {
    const connections = counted.slice(0, rounds).reduce((sum, each) => sum + each, 100);
    const counts = { connections, inPackets: 0, outPackets: 0, servers: new Map() };
    return [{ director: 'd', counters: new Map([['TCP 10.0.0.240:80', counts]]), table: new Map() }];
  };
  const question: Question = {
    client: { name: 'c' } as Host,
    service: service(),
    targets: [{ address: '10.0.0.240', port: 80, through: 'vip', virtual: '10.0.0.240:80' }],
  };
  const notes: unknown[] = [];
  const report = (event: unknown) => void notes.push(event);
  const answered = await askRound([question], { transportOf: () => client, read, report });
  return { answered, rounds, notes };
}

/** What the last round that counts says: its growth. */
const growthOf = ([one]: readonly Answered[]) => {
  const [before, after] = [one?.before, one?.after].map(
    readings => readings?.[0]?.counters.get('TCP 10.0.0.240:80')?.connections ?? 0,
  );
  return (after ?? 0) - (before ?? 0);
};

test('some replies that no director counted are asked for again, none or all are not', async () => {
  const [all, port, bypass, none] = await Promise.all([
    asked(4),
    asked(3, 4, 4),
    asked(3, 2, 3, 4),
    asked(0, 4),
  ]);
  assert.equal([all.rounds, growthOf(all.answered), all.notes.length], [1, 4, 0]);
  assert.equal([port.rounds, growthOf(port.answered), port.notes.length], [2, 4, 1]);
  assert.match(JSON.stringify(port.notes), 'http: no director counted 1 of 4 replies to c, which asks again');
  assert.equal([bypass.rounds, growthOf(bypass.answered)], [3, 3]);
  assert.equal([none.rounds, growthOf(none.answered)], [1, 0]);
});

test.run();
