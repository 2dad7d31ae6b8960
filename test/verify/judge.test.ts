import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { VirtualService } from '../../src/model/cluster.ts';
import type { Reply } from '../../src/verify/ask.ts';
import { judge } from '../../src/verify/judge.ts';

const unlimited = { upperThreshold: 0, lowerThreshold: 0 };

const service: VirtualService = {
  name: 'http',
  group: 'http',
  vip: {
    name: 'web',
    address: { ip: '192.168.0.240', prefix: 24, family: 4 },
    interface: 'eth0',
    label: undefined,
  },
  port: 80,
  mark: undefined,
  schedulerFlags: [],
  persistencePrefix: undefined,
  persistenceEngine: undefined,
  onePacket: false,
  protocol: 'tcp',
  scheduler: 'rr',
  method: 'DR',
  persistence: 0,
  realServers: [
    { host: 'web01', rip: '192.168.0.223', port: 80, weight: 1, ...unlimited },
    { host: 'web02', rip: '192.168.0.224', port: 80, weight: 1, ...unlimited },
  ],
  checks: [],
  availability: {},
  delayLoop: 6,
  drain: 0,
  verify: { type: 'http', path: '/', requests: 4 },
};
const target = { address: '192.168.0.240', port: 80, through: 'vip' } as const;
const page = (name: string): Reply => ({
  ok: true,
  status: 200,
  seconds: 0.01,
  page: `I am ${name}.\n`,
  error: '',
});
const pages = (...names: string[]) => names.map(page);
const lost: Reply = { ok: false, status: 0, seconds: 3, page: '', error: 'curl: (28) timed out' };
const grown = (connections: number, servers: Record<string, number> = {}) => ({
  connections,
  servers: new Map(Object.entries(servers)),
});

test('turns are told by the pages', () => {
  const verdict = judge('c', service, target, pages('web02', 'web01', 'web02', 'web01'), grown(4));
  assert.equal(verdict.sequence, ['web02', 'web01', 'web02', 'web01']);
  assert.equal(verdict.faults, []);
  assert.equal(
    verdict.servers.map(({ seen, expected }) => [seen, expected]),
    [
      [2, 2],
      [2, 2],
    ],
  );
});

test('one RS that gets everything is a fault under rr, and is explained under persistence', () => {
  const all = pages('web01', 'web01', 'web01', 'web01');
  assert.is(judge('c', service, target, all, grown(4)).faults.length, 2);
  const sticky = judge('c', { ...service, persistence: 300 }, target, all, grown(4));
  assert.equal(sticky.faults, []);
  assert.match(sticky.notes.join(), 'persistence');
});

test('a reply that no director counted is an ARP bypass', () => {
  const verdict = judge('c', service, target, pages('web01', 'web02', 'web01', 'web02'), grown(1));
  assert.match(verdict.faults.join(), 'ARP bypass: 3 of 4 replies');
});

test('weights hold under wrr, and weight 0 gets nothing', () => {
  const weighted = (a: number, b: number): VirtualService => ({
    ...service,
    scheduler: 'wrr',
    realServers: service.realServers.map((server, index) => ({ ...server, weight: index === 0 ? a : b })),
  });
  const one = pages('web01', 'web02', 'web02', 'web02', 'web01', 'web02', 'web02', 'web02');
  assert.equal(judge('c', weighted(1, 3), target, one, grown(8)).faults, []);
  assert.is.not(judge('c', weighted(5, 1), target, one, grown(8)).faults.length, 0);
  assert.match(judge('c', weighted(0, 1), target, one, grown(8)).faults.join(), 'weight 0');
});

test('a page that names no RS leaves the shares to the counters', () => {
  const blank = { ...page(''), page: 'welcome' };
  const counters = grown(4, { '192.168.0.223:80': 2, '192.168.0.224:80': 2 });
  const verdict = judge('c', service, target, [blank, blank, blank, blank], counters);
  assert.equal(verdict.sequence, []);
  assert.equal(
    verdict.servers.map(({ seen }) => seen),
    [2, 2],
  );
  assert.equal(verdict.faults, []);
});

test('among the connections of others, the shares are of all that the counters saw', () => {
  const blank = { ...page(''), page: 'welcome' };
  const busy = grown(48, { '192.168.0.223:80': 24, '192.168.0.224:80': 24 });
  assert.equal(judge('c', service, target, [blank, blank, blank, blank], busy).faults, []);
  const lame = grown(48, { '192.168.0.223:80': 47, '192.168.0.224:80': 1 });
  assert.is(judge('c', service, target, [blank, blank, blank, blank], lame).faults.length, 2);
});

test('a request without an answer is a fault with its reason', () => {
  const verdict = judge('c', service, target, [page('web01'), lost], grown(2));
  assert.match(verdict.faults.join(), '1 of 2 requests failed: curl: (28)');
});

test('a name that is part of another name is not taken for it', () => {
  const servers = [
    { host: 'web1', rip: '10.0.0.1', port: 80, weight: 1, ...unlimited },
    { host: 'web10', rip: '10.0.0.10', port: 80, weight: 1, ...unlimited },
  ];
  const verdict = judge('c', { ...service, realServers: servers }, target, pages('web10', 'web1'), grown(2));
  assert.equal(verdict.sequence, ['web10', 'web1']);
});

test.run();
