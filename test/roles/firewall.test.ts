import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ruleWords } from '../../src/kinds/opening-words.ts';
import type { Cluster } from '../../src/model/cluster.ts';
import type { HealthCheck } from '../../src/model/health-check.ts';
import { firewallOpenings } from '../../src/roles/firewall-openings.ts';
import { dr, filtering, inMode, manyForwards, nat, net, withMethod, withServices } from './clusters.ts';

const test = suite('what a host that filters lets in');

const opened = (cluster: Cluster, name: string): readonly string[] => {
  const host = cluster.hosts.find(each => each.name === name);
  if (host === undefined) throw new Error(`no host ${name}`);
  return firewallOpenings(cluster, host).map(({ spec }) =>
    [spec.chain ?? 'INPUT', spec.family ?? 4, ...ruleWords(spec).slice(0, -2)].join(' '),
  );
};

const answers = '-m conntrack --ctstate ESTABLISHED,RELATED';
const tries = { connectTimeout: 1, retries: 1, retryDelay: 1 };
const checked = (...checks: readonly HealthCheck[]) => withServices(dr, { checks });

test('a DR director: its peer, calls, what is said of their size, and answers to checks', () => {
  assert.equal(opened(dr, 'lvs02'), [
    'INPUT 4 -s 192.168.0.210 -p 112',
    'INPUT 4 -d 192.168.0.240 -p tcp --dport 80',
    'INPUT 4 -d 192.168.0.240 -p icmp --icmp-type destination-unreachable',
    `INPUT 4 -s 192.168.0.223 ${answers}`,
    `INPUT 4 -s 192.168.0.224 ${answers}`,
  ]);
});

test('without keepalived there is neither VRRP nor a check', () => {
  assert.equal(opened(inMode(dr, 'static'), 'lvs01'), [
    'INPUT 4 -d 192.168.0.240 -p tcp --dport 80',
    'INPUT 4 -d 192.168.0.240 -p icmp --icmp-type destination-unreachable',
  ]);
});

test('a NAT director forwards replies; its real server gets rewritten requests', () => {
  const director = opened(nat, 'lvs01');
  assert.ok(director.includes('INPUT 4 -s 10.0.0.12 -p 112'));
  assert.ok(director.includes('INPUT 4 -s 10.7.0.12 -p 112'));
  assert.ok(director.includes(`FORWARD 4 -s 10.7.0.21 -p tcp --sport 8080 ${answers}`));
  assert.equal(opened(nat, 'web01'), [
    'INPUT 4 -d 10.7.0.21 -p tcp --dport 8080',
    'INPUT 4 -s 10.7.0.11 -d 10.7.0.21 -p tcp --dport 8080',
    'INPUT 4 -s 10.7.0.12 -d 10.7.0.21 -p tcp --dport 8080',
  ]);
});

test('a TUN real server lets tunnels in, and what comes out of them', () => {
  assert.equal(opened(withMethod(inMode(dr, 'vrrp'), 'TUN'), 'web01'), [
    'INPUT 4 -d 192.168.0.240 -p tcp --dport 80',
    'INPUT 4 -d 192.168.0.240 -p icmp --icmp-type destination-unreachable',
    'INPUT 4 -s 192.168.0.210 -d 192.168.0.223 -p 4',
    'INPUT 4 -s 192.168.0.211 -d 192.168.0.223 -p 4',
  ]);
  assert.ok(opened(filtering, 'web02').includes('INPUT 4 -s 192.168.0.210 -d 192.168.0.224 -p 4'));
});

test('IPv6: VRRP from link-local addresses, and its own word for a packet that is too big', () => {
  const vip = { name: 'six', address: net('fd00::240/64'), interface: 'eth0', label: undefined };
  const six: Cluster = {
    ...withServices(dr, { vip, realServers: [] }),
    vips: [vip],
    vrrp: dr.vrrp.map(instance => ({ ...instance, vips: [vip] })),
  };
  assert.equal(opened(six, 'lvs01'), [
    'INPUT 6 -s fe80::/10 -d ff02::12 -p 112',
    'INPUT 6 -d fd00::240 -p tcp --dport 80',
    'INPUT 6 -d fd00::240 -p ipv6-icmp --icmpv6-type packet-too-big',
  ]);
});

test('VRRP in an authentication header is of that protocol, and unicast comes from the peer', () => {
  const change = (more: object): Cluster => ({
    ...dr,
    vrrp: dr.vrrp.map(instance => ({ ...instance, ...more })),
  });
  assert.ok(opened(change({ authType: 'AH' }), 'lvs01').includes('INPUT 4 -s 192.168.0.211 -p 51'));
  assert.ok(opened(change({ unicast: true }), 'lvs01').includes('INPUT 4 -s 192.168.0.211 -p 112'));
});

test('the sync daemon, by its group and port', () => {
  const daemon = {
    ...{ instance: 'web', state: undefined, interface: 'eth0', id: 5, backupOnly: true },
    ...{ maxlen: undefined, port: undefined, ttl: undefined, group: undefined },
  };
  const syncing = (more: object): Cluster => ({
    ...dr,
    director: { ...dr.director, syncDaemon: { ...daemon, ...more } },
  });
  assert.ok(
    opened(syncing({}), 'lvs02').includes('INPUT 4 -s 192.168.0.210 -d 224.0.0.81 -p udp --dport 8848'),
  );
  assert.ok(
    opened(syncing({ group: '224.0.0.99', port: 9000 }), 'lvs01').includes(
      'INPUT 4 -s 192.168.0.211 -d 224.0.0.99 -p udp --dport 9000',
    ),
  );
});

test('a service by firewall mark opens all its ports', () => {
  const [service] = dr.services;
  const vip = service?.vip;
  if (vip === undefined) throw new Error('no service');
  const ports = [
    { first: 80, last: 80 },
    { first: 8000, last: 8010 },
  ];
  const marked = withServices(dr, { mark: { value: 1, vips: [vip], ports } });
  assert.equal(
    opened(marked, 'web01').filter(each => each.includes('-d 192.168.0.240 -p tcp')),
    ['INPUT 4 -d 192.168.0.240 -p tcp --dport 80', 'INPUT 4 -d 192.168.0.240 -p tcp --dport 8000:8010'],
  );
});

test('each check calls what it calls, and BFD talks both ways', () => {
  const table: readonly [HealthCheck, string | undefined][] = [
    [{ type: 'tcp', connectPort: 8081, ...tries }, '-p tcp --dport 8081'],
    [{ type: 'ping', ...tries }, '-p icmp --icmp-type echo-request'],
    [{ type: 'dns', name: 'a.test', record: 'A', ...tries }, '-p udp --dport 80'],
    [{ type: 'udp', reply: true, ...tries }, '-p udp --dport 80'],
    [{ type: 'bfd', passive: false }, '-p udp --dport 3784'],
    [{ type: 'bfd', passive: false, maxHops: 3 }, '-p udp --dport 4784'],
    [{ type: 'file', path: '/run/x', weight: undefined }, undefined],
    [{ type: 'none' }, undefined],
  ];
  for (const [check, words] of table) {
    const asked = opened(checked(check), 'web01').filter(each => each.includes(' -s 192.168.0.210 '));
    const wanted = words === undefined ? [] : [`INPUT 4 -s 192.168.0.210 -d 192.168.0.223 ${words}`];
    assert.equal(asked, wanted, check.type);
  }
  assert.ok(
    opened(checked({ type: 'bfd', passive: false }), 'lvs01').includes(
      'INPUT 4 -s 192.168.0.223 -p udp --dport 3784',
    ),
  );
});

test('a check that is bound to an address comes from there', () => {
  const bound = checked({ type: 'tcp', bindTo: '192.168.0.99', ...tries });
  assert.ok(opened(bound, 'web01').includes('INPUT 4 -s 192.168.0.99 -d 192.168.0.223 -p tcp --dport 80'));
});

test('what a gateway forwards to a host straight', () => {
  assert.ok(opened(manyForwards, 'web01').includes('INPUT 4 -d 192.168.0.223 -p tcp --dport 8000:8010'));
  assert.ok(opened(manyForwards, 'web02').includes('INPUT 4 -d 192.168.0.224 -p sctp --dport 2906'));
});

test('a client lets nothing in', () => {
  assert.equal(opened(dr, 'wan-client'), []);
});

test.run();
