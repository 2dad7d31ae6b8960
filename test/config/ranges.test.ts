import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checkInventory, loadInventory } from '../../src/config/inventory.ts';
import { spread } from '../../src/config/range.ts';

test('a range spreads in order, padded where its first number is, by steps, the last the fastest', () => {
  const texts = (text: string) => spread(text).texts;
  assert.equal(texts('web'), ['web']);
  assert.equal(texts('web[1:3]'), ['web1', 'web2', 'web3']);
  assert.equal(texts('web[008:010]-x'), ['web008-x', 'web009-x', 'web010-x']);
  assert.equal(texts('web[0:2]'), ['web0', 'web1', 'web2']);
  assert.equal(texts('[1:9:4]'), ['1', '5', '9']);
  assert.equal(texts('[1:8:4]'), ['1', '5']);
  assert.equal(texts('[1:2][3:4]'), ['13', '14', '23', '24']);
  assert.equal(texts('web[3:1]'), ['web3']);
  assert.match(spread('web[3:1]').why ?? '', 'ends before it begins');
  assert.match(spread('web[1:100][1:101]').why ?? '', '10100 are more than the 10000');
});

const hosts = (text: string) =>
  checkInventory('ranges.yml', text).cluster.hosts.map(({ name, interfaces, ssh }) =>
    [name, ...interfaces.flatMap(({ addresses }) => addresses.map(({ ip }) => ip)), ssh.host].join(' '),
  );

test('hosts of a range have addresses, and where SSH finds them, one each', () => {
  const text = `version: 1
name: x
hosts:
  lvs[1:2]: { roles: [director], interfaces: { eth0: "10.0.0.[1:2]/24", eth1: ["10.1.0.[11:12]/24", "fd00::[11:12]/64"] } }
  b[01:02]-[1:2]:
    roles: [client]
    interfaces: { eth0: "10.[8:9].0.[1:2]/24" }
    ssh: { host: "b[01:02]-[1:2].example.net" }
`;
  assert.equal(hosts(text), [
    'lvs1 10.0.0.1 10.1.0.11 fd00::11 10.0.0.1',
    'lvs2 10.0.0.2 10.1.0.12 fd00::12 10.0.0.2',
    'b01-1 10.8.0.1 b01-1.example.net',
    'b01-2 10.8.0.2 b01-2.example.net',
    'b02-1 10.9.0.1 b02-1.example.net',
    'b02-2 10.9.0.2 b02-2.example.net',
  ]);
});

test('services name their real servers by ranges and patterns, and one by itself goes before both', async () => {
  const file = new URL('../../inventories/fleet.yml', import.meta.url).pathname;
  const { cluster } = await loadInventory(file);
  assert.is(cluster.hosts.length, 203);
  const servers = cluster.services[0]?.realServers ?? [];
  assert.is(servers.length, 200);
  assert.equal(
    servers.map(({ rip }) => rip),
    Array.from({ length: 200 }, (_, n) => `10.0.1.${n + 1}`),
  );
  assert.equal(
    servers.filter(({ weight }) => weight === 1).map(({ host }) => host),
    ['web200'],
  );
});

test.run();
