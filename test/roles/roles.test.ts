import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadInventory } from '../../src/config/inventory.ts';
import type { Cluster, Vip } from '../../src/model/cluster.ts';
import { address, type Resource } from '../../src/model/kind.ts';
import { roles } from '../../src/roles/index.ts';
import { keepalivedCheck } from '../../src/roles/keepalived-test.ts';
import {
  combined,
  dr,
  filtering,
  fullNat,
  host,
  inMode,
  manyForwards,
  nat,
  net,
  proxied,
  rich,
  withMethod,
  withServices,
} from './clusters.ts';

/** What each role wants on each kind of host, in order: later resources rely on earlier ones. */
const test = suite('roles');

function resources(cluster: Cluster, hostName: string): readonly Resource[] {
  const found = cluster.hosts.find(({ name }) => name === hostName);
  if (found === undefined) throw new Error(`no host ${hostName}`);
  return found.roles.flatMap(role => roles[role](cluster, found));
}

function addresses(cluster: Cluster, hostName: string): readonly string[] {
  return resources(cluster, hostName).map(({ kind, spec }) => address(kind, kind.subject(spec)));
}

const ownIpvsUnit = [
  'file//usr/local/sbin/ipvs_server.sh',
  'file//etc/systemd/system/lvsform-ipvs.service',
  'file//etc/init.d/lvsform-ipvs',
  'service/lvsform-ipvs',
];

const ownRsUnit = [
  'file//usr/local/sbin/rs_server.sh',
  'file//etc/systemd/system/lvsform-rs.service',
  'file//etc/init.d/lvsform-rs',
  'service/lvsform-rs',
];

const arp = ['all.arp_ignore', 'all.arp_announce', 'lo.arp_ignore', 'lo.arp_announce'].map(
  key => `sysctl/net.ipv4.conf.${key}`,
);

const ownDirectorUnit = [
  'file//usr/local/sbin/lvsform-director.sh',
  'file//etc/systemd/system/lvsform-director.service',
  'file//etc/init.d/lvsform-director',
  'service/lvsform-director',
];

/** What NAT asks of a director's kernel. */
const forwards = (...devices: readonly string[]) => [
  'sysctl/net.ipv4.ip_forward',
  ...['all', 'default', ...devices].map(device => `sysctl/net.ipv4.conf.${device}.send_redirects`),
  'sysctl/net.ipv4.conf.all.rp_filter',
];

const base = ['package/ipvsadm', 'package/keepalived', 'kernel-module/ip_vs', 'kernel-module/ip_vs_rr'];

const daemon = ['file//etc/keepalived/keepalived.conf', 'service/keepalived'];
const keepalived = [...daemon, 'kept-table/keepalived'];

/** Who leaves the table goes slowly, before anything takes it out. */
const leaving = 'leaving/real-servers';

/** DR and TUN: a director sees one way of a connection, so not that it ended. */
const reuse = 'sysctl/net.ipv4.vs.conn_reuse_mode';

const nodest = 'sysctl/net.ipv4.vs.expire_nodest_conn';

const table: readonly (readonly [what: string, cluster: Cluster, host: string, wanted: readonly string[]])[] =
  [
    [
      'a director of mode keepalived leaves VIP and table to keepalived',
      dr,
      'lvs01',
      [...[...base, reuse, nodest], leaving, ...keepalived],
    ],
    [
      'a director of mode vrrp holds the rules before keepalived may bring the VIP',
      inMode(dr, 'vrrp'),
      'lvs02',
      [
        ...[...base, reuse],
        leaving,
        ...['ipvs-timeouts/ipvs', 'virtual-server/tcp:192.168.0.240:80'],
        ...ownIpvsUnit,
        ...daemon,
      ],
    ],
    [
      'a director of mode static holds rules, then the VIP',
      inMode(dr, 'static'),
      'lvs01',
      [
        ...[
          'package/ipvsadm',
          'package/iputils-arping',
          'kernel-module/ip_vs',
          'kernel-module/ip_vs_rr',
          reuse,
          'ipvs-timeouts/ipvs',
        ],
        ...['virtual-server/tcp:192.168.0.240:80', 'address/eth0/192.168.0.240/24'],
        ...ownIpvsUnit,
      ],
    ],
    [
      'a second director of mode static is a spare: two must not hold one VIP',
      inMode(dr, 'static'),
      'lvs02',
      [
        ...[
          'package/ipvsadm',
          'package/iputils-arping',
          'kernel-module/ip_vs',
          'kernel-module/ip_vs_rr',
          reuse,
          'ipvs-timeouts/ipvs',
        ],
        'virtual-server/tcp:192.168.0.240:80',
        ...ownIpvsUnit,
      ],
    ],
    [
      'schedulers once each, and what persistence needs to be drained',
      rich,
      'lvs01',
      [
        ...['package/ipvsadm', 'package/keepalived'],
        ...['kernel-module/ip_vs', 'kernel-module/ip_vs_sh', 'kernel-module/ip_vs_wrr'],
        ...[reuse, 'sysctl/net.ipv4.vs.expire_quiescent_template', nodest],
        leaving,
        ...keepalived,
      ],
    ],
    [
      'a director that tunnels fragments',
      inMode(withMethod(dr, 'TUN'), 'vrrp'),
      'lvs01',
      [
        ...['package/ipvsadm', 'package/keepalived', 'kernel-module/ip_vs', 'kernel-module/ip_vs_rr'],
        ...['sysctl/net.ipv4.vs.pmtu_disc', reuse, leaving],
        ...['ipvs-timeouts/ipvs', 'virtual-server/tcp:192.168.0.240:80'],
        ...ownIpvsUnit,
        ...daemon,
      ],
    ],
    [
      'a NAT director forwards; ip_forward comes before what it resets',
      nat,
      'lvs01',
      [
        ...['package/ipvsadm', 'package/keepalived', 'kernel-module/ip_vs', 'kernel-module/ip_vs_rr'],
        ...['ip_forward', 'conf.all.send_redirects', 'conf.default.send_redirects'].map(
          key => `sysctl/net.ipv4.${key}`,
        ),
        ...['eth0', 'eth1/7'].map(device => `sysctl/net.ipv4.conf.${device}.send_redirects`),
        ...['sysctl/net.ipv4.conf.all.rp_filter', nodest],
        leaving,
        ...keepalived,
      ],
    ],
    [
      'a FULLNAT director forwards as for NAT, and rewrites the source with its own address',
      fullNat,
      'lvs01',
      [
        ...[...base, ...forwards('eth0', 'eth1/7'), 'sysctl/net.ipv4.vs.conntrack', nodest],
        ...['package/iptables', 'iptables/4/nat/POSTROUTING', ...ownDirectorUnit],
        leaving,
        ...keepalived,
      ],
    ],
    [
      'local addresses are there before the rule that writes them into packets; the same in mode vrrp',
      inMode(fullNat, 'vrrp'),
      'lvs02',
      [
        ...[...base, ...forwards('eth0', 'eth1/7'), 'sysctl/net.ipv4.vs.conntrack', 'package/iptables'],
        ...['31', '32', '33'].map(last => `address/eth1.7/10.7.0.${last}/32`),
        ...['iptables/4/nat/POSTROUTING', ...ownDirectorUnit],
        ...[leaving, 'virtual-server/tcp:10.0.0.10:80', ...ownIpvsUnit, ...daemon],
      ],
    ],
    ['a FULLNAT real server needs nothing', fullNat, 'web01', []],
    [
      'a director of all methods is told what each needs, once',
      combined(dr, ['DR', 'NAT', 'TUN', 'FULLNAT']),
      'lvs01',
      [
        ...[...base, ...forwards('eth0'), 'sysctl/net.ipv4.vs.conntrack', 'sysctl/net.ipv4.vs.pmtu_disc'],
        ...[
          reuse,
          nodest,
          'package/iptables',
          'iptables/4/nat/POSTROUTING',
          ...ownDirectorUnit,
          leaving,
          ...keepalived,
        ],
      ],
    ],
    [
      'a director of DR and NAT has no rules: only FULLNAT has',
      combined(dr, ['DR', 'NAT']),
      'lvs01',
      [...base, ...forwards('eth0'), reuse, nodest, leaving, ...keepalived],
    ],
    [
      'a real server of all methods: VIP on tunl0, tunnel open, and the way back of NAT',
      combined(dr, ['DR', 'NAT', 'TUN', 'FULLNAT']),
      'web01',
      [
        ...['kernel-module/ipip', ...arp, 'sysctl/net.ipv4.conf.all.rp_filter', 'command/tunl0-up'],
        ...['address/tunl0/192.168.0.240/32', 'route/default', ...ownRsUnit],
      ],
    ],
    [
      'a real server of TUN and NAT: VIP on tunl0, and the route',
      combined(dr, ['TUN', 'NAT']),
      'web01',
      [
        ...['kernel-module/ipip', ...arp, 'sysctl/net.ipv4.conf.all.rp_filter', 'command/tunl0-up'],
        ...['address/tunl0/192.168.0.240/32', 'route/default', ...ownRsUnit],
      ],
    ],
    [
      'a real server of DR and FULLNAT is as one of DR alone: its default route is its own',
      combined(dr, ['DR', 'FULLNAT']),
      'web01',
      [...arp, 'address/lo/192.168.0.240/32', ...ownRsUnit],
    ],
    [
      'a real server of NAT and FULLNAT is as one of NAT alone',
      combined(nat, ['NAT', 'FULLNAT']),
      'web01',
      ['route/default', ...ownRsUnit],
    ],
    [
      'a DR real server is quiet about the VIP before it has it',
      dr,
      'web01',
      [...arp, 'address/lo/192.168.0.240/32', ...ownRsUnit],
    ],
    [
      'a TUN real server opens the tunnel before it has the VIP',
      withMethod(dr, 'TUN'),
      'web01',
      [
        'kernel-module/ipip',
        ...arp,
        ...['sysctl/net.ipv4.conf.all.rp_filter', 'command/tunl0-up', 'address/tunl0/192.168.0.240/32'],
        ...ownRsUnit,
      ],
    ],
    [
      'a NAT real server needs the way back through the director, and no VIP',
      nat,
      'web01',
      ['route/default', ...ownRsUnit],
    ],
    [
      'a real server of a DR and a NAT service needs both',
      { ...dr, services: [...dr.services, ...withMethod(dr, 'NAT').services] },
      'web01',
      [...arp, 'address/lo/192.168.0.240/32', 'route/default', ...ownRsUnit],
    ],
    [
      'a VIP of a DR and a TUN service is there once',
      { ...dr, services: [...dr.services, ...withMethod(dr, 'TUN').services] },
      'web01',
      [
        'kernel-module/ipip',
        ...arp,
        ...['sysctl/net.ipv4.conf.all.rp_filter', 'command/tunl0-up', 'address/tunl0/192.168.0.240/32'],
        ...ownRsUnit,
      ],
    ],
    [
      'two VIPs, two addresses',
      rich,
      'web02',
      [...arp, 'address/lo/192.168.0.240/32', 'address/lo/192.168.0.241/32', ...ownRsUnit],
    ],
    [
      'a gateway lets through, hides the inside, and redirects',
      dr,
      'gateway',
      [
        ...['sysctl/net.ipv4.ip_forward', 'package/iptables'],
        ...['iptables/4/filter/FORWARD', 'iptables/4/nat/POSTROUTING', 'iptables/4/nat/PREROUTING'],
        ...[
          'file//usr/local/sbin/lvsform-gateway.sh',
          'file//etc/systemd/system/lvsform-gateway.service',
          'file//etc/init.d/lvsform-gateway',
        ],
        'service/lvsform-gateway',
      ],
    ],
    [
      'a director that filters lets in VRRP, calls, and answers to checks, before anything else',
      filtering,
      'lvs01',
      [
        'package/iptables',
        ...Array<string>(7).fill('opening/4/INPUT'),
        ...['file//usr/local/sbin/lvsform-firewall.sh', 'file//etc/systemd/system/lvsform-firewall.service'],
        ...['file//etc/init.d/lvsform-firewall', 'service/lvsform-firewall'],
        ...['package/ipvsadm', 'package/keepalived', 'kernel-module/ip_vs'],
        ...['kernel-module/ip_vs_sh', 'kernel-module/ip_vs_wrr', 'sysctl/net.ipv4.vs.pmtu_disc'],
        ...[reuse, 'sysctl/net.ipv4.vs.expire_quiescent_template', nodest],
        leaving,
        ...keepalived,
      ],
    ],
    [
      'a NAT director that filters lets replies through, known as answers',
      { ...nat, hosts: nat.hosts.map(each => ({ ...each, firewall: 'iptables' })) },
      'lvs01',
      [
        'package/iptables',
        // VRRP on both sides, calls, ICMP; then for each real server its answers to checks, and its replies.
        ...Array<string>(4).fill('opening/4/INPUT'),
        ...['opening/4/INPUT', 'opening/4/FORWARD', 'opening/4/INPUT', 'opening/4/FORWARD'],
        ...['file//usr/local/sbin/lvsform-firewall.sh', 'file//etc/systemd/system/lvsform-firewall.service'],
        ...['file//etc/init.d/lvsform-firewall', 'service/lvsform-firewall'],
        ...['package/ipvsadm', 'package/keepalived', 'kernel-module/ip_vs', 'kernel-module/ip_vs_rr'],
        ...['ip_forward', 'conf.all.send_redirects', 'conf.default.send_redirects'].map(
          key => `sysctl/net.ipv4.${key}`,
        ),
        ...['eth0', 'eth1/7'].map(device => `sysctl/net.ipv4.conf.${device}.send_redirects`),
        ...['sysctl/net.ipv4.conf.all.rp_filter', 'sysctl/net.ipv4.vs.conntrack', nodest],
        leaving,
        ...keepalived,
      ],
    ],
    [
      'a gateway that filters lets through in front of others, out and back too',
      filtering,
      'gateway',
      [
        ...['sysctl/net.ipv4.ip_forward', 'sysctl/net.ipv4.conf.all.rp_filter', 'package/iptables'],
        ...Array<string>(3).fill('iptables/4/filter/FORWARD'),
        ...['iptables/4/nat/POSTROUTING', 'iptables/4/nat/PREROUTING'],
        ...['file//usr/local/sbin/lvsform-gateway.sh', 'file//etc/systemd/system/lvsform-gateway.service'],
        ...['file//etc/init.d/lvsform-gateway', 'service/lvsform-gateway'],
      ],
    ],
    [
      'a gateway with many forwards; a stated source comes before its own',
      manyForwards,
      'gateway',
      [
        ...['sysctl/net.ipv4.ip_forward', 'package/iptables'],
        ...Array<string>(4).fill('iptables/4/filter/FORWARD'),
        ...Array<string>(3).fill('iptables/4/nat/POSTROUTING'),
        ...Array<string>(4).fill('iptables/4/nat/PREROUTING'),
        ...[
          'file//usr/local/sbin/lvsform-gateway.sh',
          'file//etc/systemd/system/lvsform-gateway.service',
          'file//etc/init.d/lvsform-gateway',
        ],
        'service/lvsform-gateway',
      ],
    ],
    [
      'a gateway without rules only forwards',
      { ...dr, gateway: { forwards: [], masquerade: [], snat: [] } },
      'gateway',
      ['sysctl/net.ipv4.ip_forward'],
    ],
    [
      'a proxy is a real server whose port HAProxy has',
      proxied,
      'web01',
      [
        ...[...arp, 'address/lo/192.168.0.240/32', ...ownRsUnit],
        ...['package/haproxy', 'package/socat', 'file//etc/haproxy/haproxy.cfg', 'service/haproxy'],
        'command/haproxy-takes-its-configuration',
      ],
    ],
    ['a server of a pool serves by itself', proxied, 'app01', []],
    [
      'a gateway on the way of tunneled answers lets them come from where the VIP is not',
      { ...withMethod(dr, 'TUN'), gateway: { forwards: [], masquerade: [], snat: [] } },
      'gateway',
      ['sysctl/net.ipv4.ip_forward', 'sysctl/net.ipv4.conf.all.rp_filter'],
    ],
    ['a client asks', dr, 'wan-client', ['package/curl']],
  ];

for (const [what, cluster, name, wanted] of table) {
  test(what, () => {
    const found = addresses(cluster, name).map(one =>
      one.replace(/^((iptables|opening)\/.*)\/[0-9a-f]{8}$/, '$1'),
    );
    assert.equal(found, wanted);
  });
}

test('a real server that no service names needs nothing', () => {
  const spare = host('spare', 'real_server', { eth0: '192.168.0.225/24' });
  assert.equal(addresses({ ...dr, hosts: [...dr.hosts, spare] }, 'spare'), []);
});

test('a NAT real server whose route the inventory leaves open keeps its own', () => {
  const hosts = nat.hosts.map(one => ({ ...one, defaultRoute: undefined }));
  assert.equal(addresses({ ...nat, hosts }, 'web01'), []);
});

test('no address twice on a host', () => {
  for (const [what, cluster, name] of table) {
    const found = addresses(cluster, name);
    assert.is(new Set(found).size, found.length, what);
  }
});

test('every resource says why, in one line', () => {
  for (const [what, cluster, name] of table) {
    for (const { kind, reason = '' } of resources(cluster, name)) {
      assert.match(reason, /^\S.{8,140}$/, `${what}: ${kind.name}`);
    }
  }
});

test('a role is pure: the same cluster gives the same resources', () => {
  for (const [what, cluster, name] of table) {
    const [once, again] = [0, 1].map(() => JSON.stringify(resources(cluster, name).map(({ spec }) => spec)));
    assert.is(once, again, what);
  }
});

test('services without checks leave connections alone', () => {
  const unchecked = withServices(dr, { checks: [] });
  assert.not.ok(addresses(unchecked, 'lvs01').includes(nodest));
});

test('keepalived.conf is checked before it is live, and nobody but root reads its password', () => {
  const [conf] = resources(dr, 'lvs01').filter(({ kind }) => kind.name === 'file');
  const { mode, validate, conceal, versions } = (conf?.spec ?? {}) as Record<string, unknown>;
  assert.equal(
    { mode, validate, conceal, versions },
    {
      mode: '0600',
      validate: { argv: keepalivedCheck, quiet: true },
      conceal: ['auth_pass'],
      versions: ['keepalived'],
    },
  );
});

const ruleTexts = (cluster: Cluster, name: string): readonly string[] =>
  resources(cluster, name)
    .filter(({ kind }) => kind.name === 'iptables')
    .map(({ spec }) => (spec as { rule: readonly string[] }).rule.join(' '));

const ipvs = (port = 80) => `-m ipvs --vproto tcp --vaddr 10.0.0.10 --vport ${port} --vmethod MASQ`;

test('FULLNAT writes the address by which the director reaches the real server, or its local addresses', () => {
  assert.equal(ruleTexts(fullNat, 'lvs01'), [`${ipvs()} -j SNAT --to-source 10.7.0.11`]);
  assert.equal(ruleTexts(fullNat, 'lvs02'), [`${ipvs()} -j SNAT --to-source 10.7.0.31-10.7.0.33`]);
});

test('FULLNAT behind a router: the address by which the default route leaves', () => {
  const away = withServices(fullNat, {
    realServers: [
      { host: 'web01', rip: '10.99.0.1', port: 80, weight: 1, upperThreshold: 0, lowerThreshold: 0 },
    ],
  });
  const by = (defaultRoute: string) => ({
    ...away,
    hosts: away.hosts.map(one => ({ ...one, defaultRoute })),
  });
  assert.match(ruleTexts(by('10.7.0.254'), 'lvs01')[0] ?? '', /--to-source 10\.7\.0\.11$/);
  assert.match(ruleTexts(by('10.0.0.254'), 'lvs01')[0] ?? '', /--to-source 10\.0\.0\.11$/);
});

test('FULLNAT with real servers on several networks: a rule for each, by its own address', () => {
  const [service] = fullNat.services;
  const [first, second] = service?.realServers ?? [];
  const servers = [first, second && { ...second, rip: '10.0.0.77' }].flatMap(server => server ?? []);
  assert.equal(ruleTexts(withServices(fullNat, { realServers: servers }), 'lvs01'), [
    `-d 10.7.0.21 ${ipvs()} -j SNAT --to-source 10.7.0.11`,
    `-d 10.0.0.77 ${ipvs()} -j SNAT --to-source 10.0.0.11`,
  ]);
});

test('FULLNAT by firewall mark is known by its mark', () => {
  const ports = [{ first: 80, last: 80 }];
  const marked = withServices(fullNat, { mark: { value: 5, vips: fullNat.vips, ports } });
  assert.equal(ruleTexts(marked, 'lvs01'), [
    '-d 10.0.0.10 -p tcp --dport 80 -j MARK --set-mark 5',
    '-m mark --mark 5 -m ipvs --ipvs --vmethod MASQ -j SNAT --to-source 10.7.0.11',
  ]);
});

test('a firewall mark: rules of each VIP, at most 15 ports each, of which a range is two', () => {
  const ports = [...Array(13).keys()].map(port => ({ first: port + 1, last: port + 1 }));
  const mark = {
    value: 5,
    vips: rich.vips,
    ports: [...ports, { first: 8000, last: 8010 }, { first: 9, last: 9 }],
  };
  const marked = withServices(dr, { mark, protocol: 'sctp' });
  const lists = ['1,2,3,4,5,6,7,8,9,10,11,12,13,8000:8010', '9'];
  assert.equal(
    ruleTexts(marked, 'lvs02'),
    ['192.168.0.240', '192.168.0.241'].flatMap(vip =>
      lists.map(list => `-d ${vip} -p sctp -m multiport --dports ${list} -j MARK --set-mark 5`),
    ),
  );
});

test('only a director that holds an IPv6 VIP by itself has the kernel announce it', () => {
  const six: Vip = { name: 'six', address: net('fd00::240/128'), interface: 'eth0', label: undefined };
  const both = { ...dr, vips: [...dr.vips, six] };
  const notify = 'sysctl/net.ipv6.conf.all.ndisc_notify';
  assert.ok(addresses(inMode(both, 'static'), 'lvs01').includes(notify));
  assert.not(addresses(inMode(both, 'static'), 'lvs02').includes(notify));
  assert.not(addresses(both, 'lvs01').includes(notify));
  assert.not(addresses(inMode(dr, 'static'), 'lvs01').includes(notify));
});

test('what the inventory says of IPVS goes before what the services need, and is said once', () => {
  const settings = (cluster: Cluster) =>
    resources(cluster, 'lvs01')
      .map(({ spec }) => spec as { key?: string; value?: string })
      .filter(({ key }) => key?.startsWith('net.ipv4.vs.'))
      .map(({ key, value }) => `${key} = ${value}`);
  const asked = { ...rich.director, kernel: { expire_quiescent_template: '0', drop_entry: '1' } };
  assert.equal(settings({ ...rich, director: asked }), [
    'net.ipv4.vs.conn_reuse_mode = 2',
    'net.ipv4.vs.expire_nodest_conn = 1',
    'net.ipv4.vs.expire_quiescent_template = 0',
    'net.ipv4.vs.drop_entry = 1',
  ]);
});

test('FULLNAT moves by itself: nothing on its inside has to move with the VIP', () => {
  const [conf] = resources({ ...fullNat, vips: nat.vips, vrrp: nat.vrrp }, 'lvs01').filter(
    ({ spec }) => (spec as { template?: string }).template === 'keepalived.conf',
  );
  const { data } = (conf?.spec ?? {}) as { data?: { syncGroups: unknown } };
  assert.equal(data?.syncGroups, []);
});

test('the hand-made cluster of these tests is the one that inventories/dr.yml loads as', async () => {
  const { cluster } = await loadInventory(
    fileURLToPath(new URL('../../inventories/dr.yml', import.meta.url)),
  );
  const specs = (from: Cluster, name: string) =>
    JSON.stringify(resources(from, name).map(({ spec }) => spec));
  for (const { name } of dr.hosts) assert.is(specs(cluster, name), specs(dr, name), name);
});

test("the gateway's script has the very words that the iptables kind writes, mark and all", () => {
  const gateway = resources(dr, 'gateway');
  const written = gateway
    .filter(({ kind }) => kind.name === 'iptables')
    .flatMap(({ kind, spec }) => {
      const wanted = kind.want(spec, { render: () => '', answers: { get: () => undefined } });
      return kind.move(kind.subject(spec), undefined, wanted).map(({ argv }) => argv.join(' '));
    });
  const [script] = gateway.filter(({ kind }) => kind.name === 'file');
  const { data } = (script?.spec ?? {}) as { data?: { rules: readonly { words: string }[] } };
  const rules = data?.rules ?? [];
  assert.is(rules.length, 3);
  rules.forEach(({ words }, index) => {
    assert.ok(written[index]?.endsWith(` ${words}`), `${written[index]}\ndoes not end with\n${words}`);
    assert.match(words, /--comment lvsform:[0-9a-f]{8} /);
  });
});

test.run();
