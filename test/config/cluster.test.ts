import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadInventory } from '../../src/config/inventory.ts';
import type { Cluster } from '../../src/model/cluster.ts';
import { concealed } from '../../src/model/secret.ts';

/** What becomes of an inventory: defaults filled in, the rest derived. */
const test = suite('clusters');

const right = new URL('../fixtures/inventories/right/', import.meta.url).pathname;

const unlimited = {
  upperThreshold: 0,
  lowerThreshold: 0,
  checks: undefined,
  inhibitOnFailure: undefined,
  notifyUp: undefined,
  notifyDown: undefined,
};

/** Without what is undefined. */
const written = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

async function load(name: string): Promise<Cluster> {
  const { cluster } = await loadInventory(join(right, name), { env: { SUDO_PASSWORD: 'hunter2' } });
  return cluster;
}

test('what is left out is derived: mode, interface, real servers, checks', async () => {
  const cluster = await load('single-static.yml');
  assert.is(cluster.director.mode, 'static');
  assert.is(cluster.lab, undefined);
  assert.equal(cluster.vips[0], {
    name: 'web',
    address: { ip: '10.0.0.100', prefix: 32, family: 4 },
    interface: 'eth0',
    label: undefined,
  });
  const [service] = cluster.services;
  assert.is(service?.method, 'DR');
  assert.is(service?.scheduler, 'rr');
  assert.equal(service?.realServers, [
    { host: 'web1', rip: '10.0.0.11', port: 80, weight: 1, ...unlimited },
    { host: 'web2', rip: '10.0.0.12', port: 80, weight: 1, ...unlimited },
  ]);
  assert.equal(written(service?.checks), [{ type: 'tcp', connectTimeout: 5, retries: 3, retryDelay: 3 }]);
  assert.equal(written(service?.verify), {
    ...{ type: 'http', path: '/', certificate: 'ignore' },
    ...{ requests: 8, hold: 12 },
  });
});

test('the highest priority is the only MASTER, instance by instance', async () => {
  const { vrrp, services } = await load('active-active.yml');
  assert.equal(
    vrrp.map(({ members }) => members.map(({ host, state }) => `${host} ${state}`)),
    [
      ['a MASTER', 'b BACKUP'],
      ['b MASTER', 'a BACKUP'],
    ],
  );
  assert.equal(
    vrrp.map(({ vips }) => vips.map(({ name }) => name)),
    [['one'], ['two']],
  );
  // Of several addresses the one in the network of the VIP is meant.
  assert.equal(
    services[0]?.realServers.map(({ rip }) => rip),
    ['10.1.0.11', '10.1.0.12'],
  );
  assert.equal(services[0]?.checks, []);
  assert.is(services[0]?.verify.type, 'dns');
});

test('NAT finds the inner addresses, and keeps other ports', async () => {
  const { services, vips } = await load('nat-two-arms.yml');
  assert.equal(
    vips.map(vip => vip.interface),
    ['eth0', 'eth1'],
  );
  assert.equal(services[0]?.realServers[0], {
    host: 'web01',
    rip: '10.0.0.21',
    port: 8080,
    weight: 3,
    ...unlimited,
  });
});

test("a host's SSH settings go before those for all, one by one", async () => {
  const { hosts, vrrp, lab } = await load('tunnel.yml');
  const [lvs, web] = hosts;
  assert.is(lvs?.ssh.host, '10.1.0.1');
  assert.is(lvs?.ssh.become?.password?.reveal(), 'hunter2');
  assert.ok(lvs?.ssh.identityFiles[0]?.endsWith('/.ssh/id_ed25519'));
  assert.not.ok(lvs?.ssh.identityFiles[0]?.includes('~'));
  assert.is(lvs?.ssh.identityFiles[1], join(right, 'keys/other'));
  assert.is(lvs?.ssh.knownHostsFile, join(right, 'known_hosts'));
  assert.equal(
    { ...web?.ssh, identityFiles: 2 },
    {
      ...lvs?.ssh,
      identityFiles: 2,
      host: 'web01.example.net',
      port: 2222,
      user: 'root',
      become: undefined,
      acceptNew: true,
      timeout: 5,
    },
  );
  assert.equal(web?.vars, { site: 'east', weights: [1, 2], tls: { on: true, none: null } });
  // A number in the place of a text is taken as it is written.
  assert.is(vrrp[0]?.authPass?.reveal(), '0123');
  assert.equal(lab, { name: 'tun', memoryMiB: 256, preinstalled: false });
});

test('a cluster is frozen, and its secrets show in no copy of it', async () => {
  const cluster = await load('tunnel.yml');
  assert.ok(Object.isFrozen(cluster.hosts[0]?.ssh));
  assert.ok(Object.isFrozen(cluster.hosts[1]?.vars['tls']));
  assert.not.match(JSON.stringify(cluster), /hunter2|0123/);
});

test('to check an inventory its references are not followed', async () => {
  const { cluster } = await loadInventory(join(right, 'tunnel.yml'), { env: {}, secrets: 'check' });
  assert.is(cluster.hosts[0]?.ssh.become?.password?.reveal(), concealed);
});

test.run();
