import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Cluster } from '../../src/model/cluster.ts';
import { takes } from '../../src/model/proxy-match.ts';
import { parsePoolCounters, poolGrowth } from '../../src/verify/pool-counters.ts';
import { type Answer, answers } from '../../src/verify/rule-ask.ts';
import { judgeRule, type RuleVerdict } from '../../src/verify/rule-judge.ts';
import { type RuleQuestion, ruleQuestions } from '../../src/verify/rule-questions.ts';
import { proxied } from '../roles/clusters.ts';

/** What is asked for each rule of the proxies, and what is said of the answers. */
const test = suite('rules of the proxies');

const { asked } = ruleQuestions(proxied);
const client = '192.168.0.220';

const question = (part: string): RuleQuestion => {
  const found = asked.find(({ rule }) => rule.startsWith(part));
  if (found === undefined) throw new Error(`no question ${part}`);
  return found;
};

test('each host and each path of a rule is asked for, prefixes also below; the listener without a service is not', () => {
  assert.equal(
    asked.map(({ client: from, listener, rule, pool, samples }) => [
      `${from.name} ${listener.name} ${rule} -> ${pool}`,
      ...samples.map(({ host, path }) => `${host ?? ''}${path}`),
    ]),
    [
      [
        'lan-client web rule 1: app.example.org, *.apps.example.org -> app',
        'app.example.org/',
        'lvsform-verify.apps.example.org/',
      ],
      [
        'lan-client web rule 2: /login, /api/..., /v2/... -> app',
        ...['/login', '/api', '/api/lvsform-verify', '/v2/', '/v2/lvsform-verify'],
      ],
      [
        'lan-client web rule 3: spoken.example.org with /x/... -> spoken',
        ...['spoken.example.org/x', 'spoken.example.org/x/lvsform-verify'],
      ],
      ['lan-client web what no rule takes -> static', '/'],
    ],
  );
});

test('a request is only sent for a rule that takes it before all others', () => {
  const [first] = proxied.proxy?.listeners ?? [];
  if (first === undefined || proxied.proxy === undefined) throw new Error('no listener');
  const everything = { hosts: [], paths: [{ type: 'prefix', path: '/' }], pool: 'static' } as const;
  const cluster: Cluster = {
    ...proxied,
    proxy: { ...proxied.proxy, listeners: [{ ...first, rules: [everything, ...first.rules] }] },
  };
  const questions = ruleQuestions(cluster);
  assert.equal(
    questions.asked.map(({ rule }) => rule),
    ['rule 1: /...'],
  );
  assert.is(questions.missing.length, 4);
  assert.match(questions.missing[0] ?? '', 'asks nothing of web, rule 2: app.example.org');
  for (const { samples, listener, target } of [...asked, ...questions.asked]) {
    for (const { host, path } of samples) {
      const fitting = listener.rules.filter(rule => takes(rule, { host: host ?? target.address, path }));
      assert.ok(fitting.length < 2 || fitting[0] === everything);
    }
  }
});

const answer = (page: string, status = 200): Answer => ({
  sample: { host: 'app.example.org', path: '/' },
  status,
  page,
  error: status === 0 ? 'connection refused' : '',
});

const judged = (
  part: string,
  all: readonly Answer[],
  grown: Record<string, Record<string, number>>,
): RuleVerdict =>
  judgeRule(
    proxied,
    question(part),
    all,
    new Map(Object.entries(grown).map(([pool, servers]) => [pool, new Map(Object.entries(servers))])),
  );

const both = [answer(`app01 app ${client}\n`), answer(`app01 app ${client}\n`)];

test('answers of the right pool that tell the client are good', () => {
  const verdict = judged('rule 1', both, { app: { app01: 2, static01: 0 }, static: { static01: 0 } });
  assert.equal(verdict.faults, []);
  assert.equal(verdict.notes, []);
  assert.is(verdict.address, 'client');
  assert.is(verdict.answered, 2);
  assert.equal(verdict.servers, [
    { host: 'app01', seen: 2 },
    { host: 'static01', seen: 0 },
  ]);
});

const wrong: readonly (readonly [
  string,
  readonly Answer[],
  Record<string, Record<string, number>>,
  RegExp,
])[] = [
  [
    'rule 1',
    both,
    { app: { app01: 0 }, static: { static01: 2 } },
    /gave 0 of 2 answered requests to pool app/,
  ],
  ['rule 1', both, { app: { app01: 1 } }, /gave 1 of 2/],
  ['rule 1', [answer('', 0)], {}, /1 of 1 requests failed: app.example.org\/: connection refused/],
  ['rule 1', [answer('', 503)], { app: { app01: 1 } }, /status 503: no server of pool app answers/],
  [
    'rule 3',
    [answer('static01')],
    { spoken: { app01: 1 } },
    /answered by static01, which is not in pool spoken/,
  ],
  ['rule 1', [answer('app01 192.168.0.223')], { app: { app01: 1 } }, /own address is lost/],
];

for (const [part, all, grown, fault] of wrong) {
  test(`${part}: ${fault.source}`, () => {
    const { faults } = judged(part, all, grown);
    assert.is(faults.length, 1, faults.join('\n'));
    assert.match(faults[0] ?? '', fault);
  });
}

test('pages that tell no address prove nothing, and that is said; where none is promised it is not', () => {
  const untold = judged('rule 1', [answer('app01')], { app: { app01: 1 } });
  assert.equal(untold.faults, []);
  assert.match(untold.notes.join(), /nothing proves/);
  const none = judged('what no rule', [answer('static01 192.168.0.223')], { static: { static01: 1 } });
  assert.equal(none.faults, []);
  assert.equal(none.notes, []);
});

test('what no pool takes is answered 404', () => {
  const nobody = { ...question('what no rule'), pool: undefined };
  assert.equal(judgeRule(proxied, nobody, [answer('', 404)], new Map()).faults, []);
  assert.match(
    judgeRule(proxied, nobody, [answer('x', 200)], new Map()).faults.join(),
    /status 200, expected 404/,
  );
});

test('fewer lines than requests is an error', () => {
  const line = (text: string) => Buffer.from(text).toString('base64');
  const [sample] = question('rule 1').samples;
  if (sample === undefined) throw new Error('no sample');
  const result = {
    code: 0,
    stdout: `${line('app01\n\n200 0')}\n${line('curl: (7) no\n\n000 7')}\n`,
    stderr: '',
  };
  assert.equal(
    answers(result, sample, 2).map(({ status, page, error }) => [status, page.trim(), error]),
    [
      [200, 'app01', ''],
      [0, '', 'curl: (7) no'],
    ],
  );
  assert.throws(() => answers(result, sample, 3), /2 of 3/);
  assert.throws(() => answers({ ...result, code: 127 }, sample, 2), /could not ask/);
});

const csv = (rows: readonly string[]) => ({
  code: 0,
  stderr: '',
  stdout: `# pxname,svname,stot,status,\n${rows.join('\n')}\n\n`,
});

test("HAProxy's counters grow, and begin again after a reload", () => {
  const before = parsePoolCounters(
    csv(['web,FRONTEND,9,OPEN,', 'app,app01,5,UP,', 'app,app02,5,UP,', 'app,BACKEND,10,UP,']),
  );
  const after = parsePoolCounters(csv(['app,app01,7,UP,', 'app,app02,1,DOWN 1/2,', 'app,BACKEND,8,UP,']));
  assert.equal(
    [...(poolGrowth([before], [after]).get('app') ?? [])],
    [
      ['app01', 2],
      ['app02', 1],
    ],
  );
  assert.equal(after.down, [{ pool: 'app', host: 'app02' }]);
  assert.throws(
    () => parsePoolCounters({ code: 1, stdout: '', stderr: 'no such file' }),
    /could not be read/,
  );
  assert.throws(
    () => parsePoolCounters({ code: 0, stdout: 'Unknown command\n', stderr: '' }),
    /could not be read/,
  );
});

test.run();
