import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Beginning, firstInventory } from '../../src/author/first-inventory.ts';
import { hostWords } from '../../src/author/host-words.ts';
import { inventoryText } from '../../src/author/sketch.ts';
import { checkInventory } from '../../src/config/inventory.ts';
import { Problem } from '../../src/model/problem.ts';

/** First inventories: every method, with one director and with two, passes validation without a word. */
const test = suite('first inventories');

const two = ['lvs01=192.168.0.210/24', 'lvs02=192.168.0.211/24'].map(hostWords);
const beside = ['web01=192.168.0.223/24', 'web02=192.168.0.224/24'].map(hostWords);
const base: Beginning = {
  name: 'web',
  directors: two,
  realServers: beside,
  clients: [hostWords('client=192.168.0.220/24')],
  vip: '192.168.0.240',
  innerVip: undefined,
  port: 80,
  scheduler: 'rr',
  method: 'DR',
  user: 'root',
  lab: false,
};
const inner = ['web01=10.7.0.21/24', 'web02=10.7.0.22/24'].map(hostWords);
const nat = {
  method: 'NAT',
  realServers: inner,
  directors: ['lvs01=192.168.0.210/24,10.7.0.11/24', 'lvs02=192.168.0.211/24,10.7.0.12/24'].map(hostWords),
} as const;

const cases: { readonly [what: string]: Beginning } = {
  'DR, two directors': base,
  'DR, one director, the lab, sudo': { ...base, directors: two.slice(0, 1), lab: true, user: 'admin' },
  'TUN, no clients': { ...base, method: 'TUN', realServers: inner, clients: [] },
  'NAT, two directors': { ...base, ...nat, innerVip: '10.7.0.1/24' },
  'NAT, one director': { ...base, ...nat, directors: nat.directors.slice(0, 1) },
  IPv6: {
    ...base,
    directors: ['lvs01=fd00::10/64', 'lvs02=fd00::11/64'].map(hostWords),
    realServers: ['web01=fd00::21/64'].map(hostWords),
    clients: [],
    vip: 'fd00::240',
  },
};

for (const [what, beginning] of Object.entries(cases)) {
  test(`${what}: validates without a warning, and says what each part is for`, () => {
    const text = inventoryText(firstInventory(beginning));
    const { cluster, warnings } = checkInventory('inventory.yml', text);
    assert.equal(warnings, []);
    assert.is(
      cluster.hosts.length,
      beginning.directors.length + beginning.realServers.length + beginning.clients.length,
    );
    assert.is(cluster.services[0]?.method, beginning.method);
    assert.ok((text.match(/^ *# /gm) ?? []).length > 8);
  });
}

test('hosts in words: interfaces by number or by name, several addresses; what is odd is told', () => {
  assert.equal(hostWords('lvs01=10.0.0.1/24,10.7.0.1/24@ens9').interfaces, [
    { name: 'eth0', address: '10.0.0.1/24' },
    { name: 'ens9', address: '10.7.0.1/24' },
  ]);
  for (const word of [
    'lvs01',
    'lvs01=',
    'LVS=10.0.0.1/24',
    'a=10.0.0.1',
    'a=10.0.0.1/33',
    'a=10.0.0.1/24@$(x)',
  ]) {
    assert.throws(
      () => hostWords(word),
      (error: unknown) => error instanceof Problem,
    );
  }
});

test.run();
