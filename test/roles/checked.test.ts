import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Cluster } from '../../src/model/cluster.ts';
import { address } from '../../src/model/kind.ts';
import { roles } from '../../src/roles/index.ts';
import { checkBlock } from '../../src/roles/keepalived-check.ts';
import { checkSources } from '../../src/roles/keepalived-sources.ts';
import { checked, everyCheck } from './checked-cluster.ts';
import { host, inMode } from './clusters.ts';

/** What checks, sorry servers and scripts make of a cluster's hosts; the texts are in test/templates/golden/checked. */
const test = suite('checked cluster');

const addresses = (cluster: Cluster, name: string): readonly string[] =>
  cluster.hosts
    .filter(each => each.name === name)
    .flatMap(each => each.roles.flatMap(role => roles[role](cluster, each)))
    .map(({ kind, spec }) => address(kind, kind.subject(spec)));

const ofChecks = (cluster: Cluster) =>
  addresses(cluster, 'lvs01').filter(each => /^command|weigh|keepalived\.conf/.test(each));

test('programs are looked for, and weights kept, before the configuration names them', () => {
  assert.equal(ofChecks(checked), [
    'command/script bin.echo by root',
    'command/script bin.echo by nobody',
    'file//usr/local/sbin/lvsform-weigh',
    'file//etc/keepalived/keepalived.conf',
  ]);
});

test('where keepalived does not own the table, nobody runs them', () => {
  assert.equal(ofChecks(inMode(checked, 'vrrp')), ['file//etc/keepalived/keepalived.conf']);
  assert.equal(ofChecks(inMode(checked, 'static')), []);
});

test('a sorry server takes the VIP as a real server does', () => {
  const sorry = host('sorry01', 'real_server', { eth0: '192.168.0.9/24' });
  const withSorry: Cluster = {
    ...checked,
    hosts: [...checked.hosts, sorry],
    services: checked.services.map(service => ({
      ...service,
      availability: { sorryServer: { host: 'sorry01', ip: '192.168.0.9', port: 80, inhibit: false } },
    })),
  };
  assert.ok(addresses(withSorry, 'sorry01').includes('address/lo/192.168.0.240/32'));
  assert.not.ok(
    addresses({ ...checked, hosts: withSorry.hosts }, 'sorry01').some(each => each.includes('192.168.0.240')),
  );
});

test('each check has its block; none has none', () => {
  const server = { host: 'web01', rip: '192.168.0.223', port: 80, weight: 3 };
  const words = everyCheck.flatMap(check => checkBlock(check, server).map(({ word }) => word));
  assert.equal(new Set(words).size, 10);
  assert.equal(checkBlock({ type: 'none' }, server), []);
});

test('services that look at one file or one neighbour share its block', () => {
  const [director] = checked.hosts;
  const twice = { ...checked, services: [...checked.services, ...checked.services] };
  assert.ok(director);
  assert.equal(checkSources(twice, director), checkSources(checked, director));
  assert.is(checkSources(checked, director).sessions.length, 1);
});

test.run();
