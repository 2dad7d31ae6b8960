import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { VirtualService } from '../../src/model/cluster.ts';
import type { Evidence } from '../../src/verify/judge.ts';
import { enough, toHold } from '../../src/verify/promise/promises.ts';
import { window } from '../../src/verify/promise/turns.ts';
import { grown, held, loads, rs, service, verdict } from './scene.ts';

type Sample = readonly [of: VirtualService, answers: string, change?: Partial<Evidence>];

const by = (scheduler: string, ...weights: readonly number[]): VirtualService =>
  service({ scheduler, realServers: rs(...weights) });
const flagged = (scheduler: string, flag: 'sh-port' | 'mh-port'): VirtualService => ({
  ...by(scheduler, 1, 1),
  schedulerFlags: [flag],
});
const many = (word: string, count: number) => Array(count).fill(word).join(' ');
const earlier = (of: VirtualService, text: string) => ({ earlier: [verdict(of, text)] });
const holding = (of: VirtualService, ...rounds: Parameters<typeof held>[1][]): Partial<Evidence> => ({
  held: held(of, ...rounds),
});

/** What each scheduler may show, and what it may not. */
const samples: Readonly<Record<string, { good: readonly Sample[]; bad: readonly Sample[] }>> = {
  rr: {
    good: [
      [by('rr', 1, 1, 1), 'c b a c b a c'],
      [by('rr', 5, 1), 'a b a b'],
      [by('rr', 1, 1), 'a a b a', { growth: grown(9) }],
    ],
    bad: [
      [by('rr', 1, 1, 1), 'a b c a c b'],
      [by('rr', 1, 1), 'a a b b'],
      [by('rr', 1, 1), many('a', 40), { growth: grown(45) }],
    ],
  },
  wrr: {
    good: [
      [by('wrr', 1, 3), 'a b b b a b b b'],
      [by('wrr', 2, 6), 'b b a b'],
      [by('wrr', 1, 2, 3), 'c c b c b a c'],
    ],
    bad: [
      [by('wrr', 5, 1), 'a b b b a b b b'],
      [by('wrr', 1, 2, 3), 'a a a b b c'],
      [by('wrr', 1, 3), 'a b a b'],
    ],
  },
  sh: {
    good: [
      [by('sh', 1, 1), 'a a a a'],
      [by('sh', 1, 1), 'b b b b', earlier(by('sh', 1, 1), 'a a a')],
      [flagged('sh', 'sh-port'), 'a b b a'],
      [flagged('sh', 'sh-port'), many('a', 9)],
    ],
    bad: [
      [by('sh', 1, 1), 'a a a b'],
      [flagged('sh', 'sh-port'), many('a', 15)],
    ],
  },
  mh: {
    good: [
      [by('mh', 1, 1), 'b b b b'],
      [flagged('mh', 'mh-port'), 'a b b a'],
    ],
    bad: [
      [by('mh', 1, 1), 'a b a b'],
      [flagged('mh', 'mh-port'), many('b', 15)],
    ],
  },
  dh: {
    good: [[by('dh', 1, 1), 'a a a', earlier(by('dh', 1, 1), 'a a')]],
    bad: [
      [by('dh', 1, 1), 'a b a'],
      [by('dh', 1, 1), 'b b b', earlier(by('dh', 1, 1), 'a a')],
    ],
  },
  lblc: {
    good: [
      [by('lblc', 1, 1), 'a a a'],
      [by('lblc', 1, 1), 'a a b', { before: loads(by('lblc', 1, 1), 2) }],
    ],
    bad: [
      [by('lblc', 1, 1), 'a a b'],
      [by('lblc', 5, 5), 'a a b', { before: loads(by('lblc', 5, 5), 5) }],
    ],
  },
  lblcr: {
    good: [
      [
        by('lblcr', 1, 1),
        'a a a',
        holding(by('lblcr', 1, 1), [
          [0, 0],
          [6, 6],
        ]),
      ],
      [
        by('lblcr', 1, 1),
        'a b a',
        holding(
          by('lblcr', 1, 1),
          [
            [0, 0],
            [6, 6],
          ],
          [
            [6, 0],
            [6, 6],
          ],
        ),
      ],
    ],
    bad: [
      [
        by('lblcr', 1, 1),
        'a b a',
        holding(
          by('lblcr', 1, 1),
          [
            [0, 0],
            [6, 6],
          ],
          [
            [6, 0],
            [9, 3],
          ],
        ),
      ],
    ],
  },
  lc: {
    good: [
      [
        by('lc', 1, 1),
        'a a a',
        holding(
          by('lc', 1, 1),
          [
            [0, 0],
            [6, 6],
          ],
          [
            [6, 0],
            [6, 6],
          ],
        ),
      ],
      [
        by('lc', 1, 9),
        'a',
        holding(by('lc', 1, 9), [
          [7, 0],
          [7, 5],
        ]),
      ],
    ],
    bad: [
      [
        by('lc', 1, 1),
        'a b',
        holding(
          by('lc', 1, 1),
          [
            [0, 0],
            [6, 6],
          ],
          [
            [6, 0],
            [9, 3],
          ],
        ),
      ],
      [
        by('lc', 1, 2),
        'a b',
        holding(by('lc', 1, 2), [
          [0, 0],
          [4, 8],
        ]),
      ],
    ],
  },
  wlc: {
    good: [
      [
        by('wlc', 1, 2),
        'a',
        holding(
          by('wlc', 1, 2),
          [
            [0, 0],
            [4, 8],
          ],
          [
            [0, 8],
            [4, 8],
          ],
        ),
      ],
    ],
    bad: [
      [
        by('wlc', 1, 2),
        'a',
        holding(by('wlc', 1, 2), [
          [0, 0],
          [6, 6],
        ]),
      ],
      [
        by('wlc', 1, 2),
        'a',
        holding(
          by('wlc', 1, 2),
          [
            [0, 0],
            [4, 8],
          ],
          [
            [0, 8],
            [2, 10],
          ],
        ),
      ],
    ],
  },
  sed: {
    good: [
      [
        by('sed', 1, 2, 3),
        'a',
        holding(by('sed', 1, 2, 3), [
          [0, 0, 0],
          [2, 4, 6],
        ]),
      ],
    ],
    bad: [
      [
        by('sed', 1, 2, 3),
        'a',
        holding(by('sed', 1, 2, 3), [
          [0, 0, 0],
          [4, 4, 4],
        ]),
      ],
    ],
  },
  nq: {
    good: [
      [
        by('nq', 1, 20),
        'a',
        holding(by('nq', 1, 20), [
          [0, 0],
          [1, 5],
        ]),
      ],
    ],
    bad: [
      [
        by('nq', 1, 20),
        'a',
        holding(by('nq', 1, 20), [
          [0, 0],
          [0, 6],
        ]),
      ],
      [
        by('nq', 1, 3),
        'a',
        holding(by('nq', 1, 3), [
          [0, 0],
          [6, 6],
        ]),
      ],
    ],
  },
  fo: {
    good: [
      [by('fo', 1, 3, 2), 'b b b'],
      [by('fo', 1, 3, 2), 'c c', { live: { faults: [], notes: [], out: ['b'] } }],
    ],
    bad: [
      [by('fo', 1, 3), 'a a a'],
      [by('fo', 3, 3), 'a b'],
      [by('fo', 1, 3), '? ?', { growth: grown(9, 4, 5) }],
    ],
  },
  ovf: {
    good: [
      [
        by('ovf', 2, 4),
        'b b',
        holding(
          by('ovf', 2, 4),
          [
            [0, 0],
            [3, 5],
          ],
          [
            [0, 5],
            [3, 5],
          ],
        ),
      ],
      [
        by('ovf', 2, 40),
        'b b',
        holding(by('ovf', 2, 40), [
          [0, 0],
          [0, 12],
        ]),
      ],
    ],
    bad: [
      [
        by('ovf', 2, 4),
        'a b',
        holding(by('ovf', 2, 4), [
          [0, 0],
          [3, 5],
        ]),
      ],
      [
        by('ovf', 2, 4),
        'b b',
        holding(by('ovf', 2, 4), [
          [0, 0],
          [2, 4],
        ]),
      ],
      [
        by('ovf', 2, 4),
        'b b',
        holding(by('ovf', 2, 4), [
          [0, 0],
          [4, 5],
        ]),
      ],
    ],
  },
};

for (const [scheduler, { good, bad }] of Object.entries(samples)) {
  test(`${scheduler}: what keeps its promise has no fault, what breaks it has one`, () => {
    for (const [of, text, change] of good) assert.equal(verdict(of, text, change).faults, [], text);
    for (const [of, text, change] of bad) assert.is.not(verdict(of, text, change).faults.length, 0, text);
  });
}

/** The kernel's wrr: whoever has at least the current weight, which sinks by the common divisor (ip_vs_wrr.c). */
function weightedTurns(weights: readonly number[], total: number, skip: number): readonly number[] {
  const most = Math.max(...weights);
  const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
  const step = weights.reduce(gcd);
  const round = Array.from({ length: most / step }, (_, level) =>
    weights.flatMap((weight, index) => (weight >= most - level * step ? [index] : [])),
  ).flat();
  return Array.from({ length: total }, (_, index) => round[(index + skip) % round.length] ?? 0);
}

const weights = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 });

test('wrr as the kernel does it is never a fault, wherever in a round the client begins', async () => {
  await fc.assert(
    fc.property(weights, fc.integer({ min: 1, max: 80 }), fc.nat(60), (all, total, skip) => {
      const names = weightedTurns(all, total, skip).map(index => 'abcdefgh'[index]);
      assert.equal(verdict(by('wrr', ...all), names.join(' ')).faults, []);
    }),
  );
});

test('after whole rounds wrr has one right answer, and one request elsewhere is a fault', async () => {
  await fc.assert(
    fc.property(
      weights.filter(all => all.length > 1),
      fc.integer({ min: 1, max: 3 }),
      (all, rounds) => {
        const size = all.reduce((sum, each) => sum + each, 0);
        const turns = [...weightedTurns(all, size * rounds, 0)];
        turns[0] = turns[0] === 0 ? 1 : 0;
        const names = turns.map(index => 'abcdefgh'[index]);
        assert.is.not(verdict(by('wrr', ...all), names.join(' ')).faults.length, 0);
      },
    ),
  );
});

test('a window of turns has its bounds in order, around the exact share', async () => {
  await fc.assert(
    fc.property(
      fc.nat(500),
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 0, max: 50 }),
      (total, part, rest) => {
        const [least, most] = window(total, part, part + rest);
        const share = (total * part) / (part + rest);
        assert.ok(least <= share && share <= most && most - least <= part);
      },
    ),
  );
});

/** Sends connections one by one to whoever `cost` says has least. */
function greedy(before: readonly number[], count: number, cost: (active: number, index: number) => number) {
  const active = [...before];
  for (let made = 0; made < count; made++) {
    const costs = active.map(cost);
    const best = costs.indexOf(Math.min(...costs));
    active[best] = (active[best] ?? 0) + 1;
  }
  return active;
}

test('a balance as lc, wlc and sed make it is never a fault, whatever was open before', async () => {
  const rules = {
    lc: () => (active: number) => active,
    wlc: (all: readonly number[]) => (active: number, index: number) => active / (all[index] ?? 1),
    sed: (all: readonly number[]) => (active: number, index: number) => (active + 1) / (all[index] ?? 1),
  };
  await fc.assert(
    fc.property(
      weights,
      fc.array(fc.nat(12), { minLength: 6, maxLength: 6 }),
      fc.nat(30),
      (all, open, count) => {
        for (const [scheduler, rule] of Object.entries(rules)) {
          const of = by(scheduler, ...all);
          const before = open.slice(0, all.length);
          const after = greedy(before, count, rule(all));
          assert.equal(verdict(of, 'a', { held: held(of, [before, after]) }).faults, [], scheduler);
        }
      },
    ),
  );
});

test('the balance of UDP is judged by what stays in the table', () => {
  const udp = { ...by('lc', 1, 1), protocol: 'udp' } as const;
  assert.equal(verdict(udp, 'a b', { before: loads(udp, 0, 0), after: loads(udp, 1, 1) }).faults, []);
  assert.is.not(verdict(udp, 'a a', { before: loads(udp, 2, 0), after: loads(udp, 4, 0) }).faults.length, 0);
});

test('connections that could not be held are a fault', () => {
  const of = by('lc', 1, 1);
  const short = {
    ...held(of, [
      [0, 0],
      [1, 1],
    ]),
    wanted: 12,
  };
  assert.match(verdict(of, 'a', { held: short }).faults.join(), 'only 2 of 12 connections');
});

test('as many requests are made as it takes to see the promise', () => {
  assert.is(enough(by('rr', 1, 1)), 4);
  assert.is(enough(by('wrr', 3, 6, 9)), 7);
  assert.is(enough(by('wrr', 97, 31)), 4);
  assert.is(enough(flagged('sh', 'sh-port')), 15);
  assert.is(enough(by('sh', 1, 1)), 4);
  assert.is(toHold(by('lc', 1, 1)), 12);
  assert.is(toHold(by('ovf', 2, 4, 0)), 8);
  assert.is(toHold(by('rr', 1, 1)), 0);
  assert.is(toHold({ ...by('lc', 1, 1), persistence: 9 }), 0);
  assert.is(toHold({ ...by('lc', 1, 1), protocol: 'udp' }), 0);
});

test.run();
