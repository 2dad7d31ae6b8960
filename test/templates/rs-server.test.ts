// timeout: 180 s
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Cluster } from '../../src/model/cluster.ts';
import { dr, nat, withMethod } from '../roles/clusters.ts';
import { renderedText } from './rendered.ts';
import { Stage, shells } from './stage.ts';

/** rs_server.sh against a stateful fake of ip and files for /proc/sys, in each shell that is here. */
const all = suite('rs_server.sh');
const stages: Stage[] = [];
all.after(() => {
  for (const each of stages) each.end();
});
if (shells.length === 0) all.skip('SKIPPED: root without `unshare -n`: no network to play in');

const arp = { 'all/arp_ignore': '1', 'all/arp_announce': '2', 'lo/arp_ignore': '1', 'lo/arp_announce': '2' };
const record = 'run/lvsform-rs.before';

for (const shell of shells) {
  const test = (what: string, body: () => void): void => all(`${shell.join(' ')}: ${what}`, body);

  const stage = (cluster: Cluster = dr): Stage => {
    const made = new Stage(shell, renderedText(cluster, 'web01', 'rs_server.sh'));
    stages.push(made);
    for (const device of ['lo', 'eth0']) made.write(`sys/class/net/${device}`, '');
    made.write('run/any', '');
    for (const key of [...Object.keys(arp), 'all/rp_filter']) set(made, key, '0');
    return made;
  };
  const set = (host: Stage, key: string, value: string) =>
    host.write(`proc/sys/net/ipv4/conf/${key}`, `${value}\n`);
  const value = (host: Stage, key: string) => host.read(`proc/sys/net/ipv4/conf/${key}`).trim();
  const values = (host: Stage) => Object.fromEntries(Object.keys(arp).map(key => [key, value(host, key)]));

  test('start sets what keeps the host quiet, and adds the VIP', () => {
    const host = stage();
    const { code, stderr, changes } = host.run('start');
    assert.equal([code, stderr, changes], [0, '', ['ip addr add 192.168.0.240/32 dev lo label lo:240']]);
    assert.equal(values(host), arp);
    assert.is(host.run('status').code, 0);
  });

  test('no VIP where a setting fails: it would answer ARP in the place of the director', () => {
    const host = stage();
    const text = renderedText(dr, 'web01', 'rs_server.sh');
    host.script(text.replace('conf/all/arp_announce', 'conf/all/no_such_key'));
    const { code, changes } = host.run('start');
    assert.equal([code, changes], [1, []]);
  });

  test('start again changes nothing', () => {
    const host = stage();
    host.run('start');
    for (const verb of ['start', 'reload', 'status']) {
      const { code, changes } = host.run(verb);
      assert.equal([verb, code, changes], [verb, 0, []]);
    }
  });

  test('stop takes the VIP away and puts back what start found', () => {
    const host = stage();
    set(host, 'all/arp_announce', '1');
    host.run('start');
    host.run('start');
    const { code, changes } = host.run('stop');
    assert.equal([code, changes], [0, ['ip addr del 192.168.0.240/32 dev lo']]);
    assert.equal(values(host), {
      'all/arp_ignore': '0',
      'all/arp_announce': '1',
      'lo/arp_ignore': '0',
      'lo/arp_announce': '0',
    });
    assert.equal(host.run('stop').changes, []);
    assert.is(host.run('status').code, 3);
  });

  test('settings that others made stay: start changed nothing, so stop has nothing to put back', () => {
    const host = stage();
    for (const [key, wanted] of Object.entries(arp)) set(host, key, wanted);
    host.run('start');
    assert.is(host.read(record), '');
    host.run('stop');
    assert.equal(values(host), arp);
  });

  test('settings stay while another address on the device needs them', () => {
    const host = stage();
    host.run('start');
    host.write('addresses', `${host.read('addresses')}lo 127.0.0.1/8 lo\nlo 10.1.1.1/32 lo\n`);
    const { code, stderr } = host.run('stop');
    assert.is(code, 0);
    assert.match(stderr, 'settings stay as they are: they also serve 10.1.1.1/32');
    assert.equal(values(host), arp);
    host.write('addresses', 'lo 127.0.0.1/8 lo\n');
    host.run('stop');
    assert.is(value(host, 'all/arp_ignore'), '0');
  });

  test('a tunnel is opened before the VIP goes on it, and closed after', () => {
    const host = stage(withMethod(dr, 'TUN'));
    assert.equal(host.run('start').changes, [
      'modprobe ipip',
      'ip link set dev tunl0 up',
      'ip addr add 192.168.0.240/32 dev tunl0 label tunl0:240',
    ]);
    assert.is(value(host, 'all/rp_filter'), '2');
    assert.is(host.run('status').code, 0);
    assert.equal(host.run('stop').changes, [
      'ip addr del 192.168.0.240/32 dev tunl0',
      'ip link set dev tunl0 down',
    ]);
    assert.is(value(host, 'all/rp_filter'), '0');
  });

  test('no verb of a host without tunnels has the kernel load ipip', () => {
    const host = stage();
    const changes = ['start', 'status', 'restart', 'stop', 'status'].flatMap(verb => host.run(verb).changes);
    assert.equal(
      changes.filter(change => /ipip|tunl0/.test(change)),
      [],
    );
  });

  test('a NAT real server answers through the director; stop leaves it a way out', () => {
    const host = stage(nat);
    host.write('routes', '10.7.0.254\n');
    assert.is(host.run('status').code, 3);
    assert.equal(host.run('start').changes, ['ip route replace default via 10.7.0.1']);
    assert.equal(host.run('start').changes, []);
    assert.is(host.run('status').code, 0);
    assert.equal(host.run('stop').changes, []);
  });

  test('a route by a neighbour whose address begins the same is another route', () => {
    const host = stage(nat);
    host.write('routes', '10.7.0.17\n');
    assert.equal(host.run('start').changes, ['ip route replace default via 10.7.0.1']);
  });

  test('wrong usage, no root', () => {
    const host = stage();
    assert.is(host.run('begin').code, 2);
    host.write('user', '1000');
    assert.is(host.run('start').code, 4);
  });
}

all.run();
