// timeout: 180 s
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Cluster, Vip } from '../../src/model/cluster.ts';
import { dr, inMode, net, rich, withMethod, withServices } from '../roles/clusters.ts';
import { renderedText } from './rendered.ts';
import { type Ran, Stage, shells } from './stage.ts';

/** ipvs_server.sh against a stateful fake of ipvsadm and ip, in each shell that is here. */
const fixed = inMode(dr, 'static');
const script = (cluster: Cluster, host = 'lvs01') => renderedText(cluster, host, 'ipvs_server.sh');

const wholeTable = [
  '-A -t 192.168.0.240:80 -s rr',
  '-a -t 192.168.0.240:80 -r 192.168.0.223:80 -g -w 1',
  '-a -t 192.168.0.240:80 -r 192.168.0.224:80 -g -w 1',
];

const [http] = fixed.services;
if (http === undefined) throw new Error('the cluster has no service');
const [server] = http.realServers;
if (server === undefined) throw new Error('the service has no real server');
const vip6: Vip = { name: 'v6', address: net('fd00::240/64'), interface: 'eth0', label: undefined };
const marked = { ...http, mark: { value: 5, vips: [http.vip], ports: [{ first: 80, last: 443 }] } };

/** What ipvsadm takes no colon for: marks, of IPv4 and IPv6, and the long option of SCTP. */
const manyServices: Cluster = {
  ...inMode(dr, 'vrrp'),
  director: { ...fixed.director, mode: 'vrrp', timeouts: undefined },
  services: [
    {
      ...marked,
      ...{ scheduler: 'sh', schedulerFlags: ['sh-port'], persistence: 60, persistencePrefix: 24 },
      realServers: [{ ...server, upperThreshold: 100, lowerThreshold: 50 }],
    },
    {
      ...marked,
      ...{ vip: vip6, mark: { ...marked.mark, vips: [vip6] }, protocol: 'udp', onePacket: true, drain: 2 },
      realServers: [{ ...server, rip: 'fd00::223' }],
    },
    { ...http, protocol: 'sctp', port: 90, realServers: [{ ...server, port: 90 }] },
  ],
};

const limits = (lower: number) => `FWM  5 sh\n  -> 192.168.0.223:0 100 ${lower} 0 0\n`;

const all = suite('ipvs_server.sh');
const stages: Stage[] = [];
all.after(() => {
  for (const each of stages) each.end();
});
if (shells.length === 0) all.skip('SKIPPED: root without `unshare -n`: no network to play in');

for (const shell of shells) {
  const test = (what: string, body: () => void): void => all(`${shell.join(' ')}: ${what}`, body);
  const stage = (cluster: Cluster, table: readonly string[] = [], host?: string): Stage => {
    const made = new Stage(shell, script(cluster, host));
    stages.push(made);
    made.write('proc/net/ip_vs', '');
    for (const device of ['lo', 'eth0']) made.write(`sys/class/net/${device}`, '');
    made.write('table', table.map(line => `${line}\n`).join(''));
    return made;
  };

  test('start makes all of it, the VIP last and with its label', () => {
    const host = stage(fixed);
    const { code, stderr, changes } = host.run('start');
    assert.equal([code, stderr], [0, '']);
    assert.equal(host.lines('table'), wholeTable);
    assert.equal(changes.slice(-2), [
      'ip addr add 192.168.0.240/24 dev eth0 label eth0:240',
      'arping -q -U -c 1 -I eth0 192.168.0.240',
    ]);
    assert.is(host.read('timeouts'), '30 5 60\n');
  });

  test('start again changes nothing', () => {
    const host = stage(fixed);
    host.run('start');
    for (const verb of ['start', 'reload', 'status']) {
      const { code, changes } = host.run(verb);
      assert.equal([verb, code, changes], [verb, 0, []]);
    }
  });

  test('start adds what is missing and leaves alone what differs: a drained server stays drained', () => {
    const host = stage(fixed, [
      '-A -t 192.168.0.240:80 -s wlc',
      '-a -t 192.168.0.240:80 -r 192.168.0.224:80 -g -w 0',
    ]);
    const { changes } = host.run('start');
    assert.equal(
      changes.filter(change => change.startsWith('ipvsadm')),
      ['ipvsadm --set 30 5 60', 'ipvsadm -a -t 192.168.0.240:80 -r 192.168.0.223:80 -g -w 1'],
    );
  });

  test('reload edits what differs', () => {
    const host = stage(fixed, [
      '-A -t 192.168.0.240:80 -s wlc -p 300',
      '-a -t 192.168.0.240:80 -r 192.168.0.224:80 -m -w 7',
    ]);
    const { changes } = host.run('reload');
    assert.equal(
      changes.filter(change => change.startsWith('ipvsadm')),
      [
        'ipvsadm --set 30 5 60',
        'ipvsadm -E -t 192.168.0.240:80 -s rr',
        'ipvsadm -a -t 192.168.0.240:80 -r 192.168.0.223:80 -g -w 1',
        'ipvsadm -e -t 192.168.0.240:80 -r 192.168.0.224:80 -g -w 1',
      ],
    );
  });

  test('reload waits for the connections of a leaving server, with weight 0', () => {
    const host = stage(fixed, [...wholeTable, '-a -t 192.168.0.240:80 -r 192.168.0.9:80 -g -w 4']);
    host.write('active', '192.168.0.9:80 2\n192.168.0.223:80 99\n');
    const { changes } = host.run('reload');
    assert.equal(
      changes.filter(change => !/^(arping|ip |ipvsadm --set)/.test(change)),
      [
        'ipvsadm -e -t 192.168.0.240:80 -r 192.168.0.9:80 -g -w 0',
        'sleep 1',
        'sleep 1',
        'ipvsadm -d -t 192.168.0.240:80 -r 192.168.0.9:80',
      ],
    );
    assert.equal(host.lines('table'), wholeTable);
  });

  test('the wait has an end, and drain 0 is none', () => {
    for (const [drain, sleeps] of [
      [3, 3],
      [0, 0],
    ] as const) {
      const host = stage(withServices(fixed, { drain }), [
        ...wholeTable,
        '-a -t 192.168.0.240:80 -r 192.168.0.9:80 -g -w 4',
      ]);
      host.write('active', '192.168.0.9:80 1000\n');
      const { code, changes } = host.run('reload');
      assert.is(changes.filter(change => change === 'sleep 1').length, sleeps);
      assert.equal([code, host.lines('table')], [0, wholeTable]);
    }
  });

  test('a plain tunnel is what we wrote, though the kernel says more', () => {
    const host = stage(withMethod(fixed, 'TUN'));
    host.run('start');
    host.write(
      'table',
      host
        .lines('table')
        .map(line => `${line.replace(/ (-i .*)/, ' $1 --tun-type ipip')}\n`)
        .join(''),
    );
    assert.equal(host.run('reload').changes, []);
    assert.not.match(host.run('status').stdout, 'differs');
  });

  test('weights of 0, persistence, UDP and a second VIP', () => {
    const host = stage(inMode(rich, 'static'));
    assert.is(host.run('start').code, 0);
    assert.equal(host.lines('table'), [
      '-A -t 192.168.0.240:80 -s wrr -p 300',
      '-A -u 192.168.0.241:53 -s sh',
      '-a -t 192.168.0.240:80 -r 192.168.0.223:80 -g -w 0',
      '-a -t 192.168.0.240:80 -r 192.168.0.224:80 -g -w 3',
      '-a -u 192.168.0.241:53 -r 192.168.0.223:53 -g -w 1',
      '-a -u 192.168.0.241:53 -r 192.168.0.224:53 -g -w 1',
    ]);
    assert.equal(host.run('reload').changes, []);
  });

  test('firewall marks of both families, SCTP, thresholds and flags; an edit names all of them', () => {
    const host = stage(manyServices);
    host.write('limits', limits(50));
    assert.is(host.run('start').code, 0);
    assert.equal(host.lines('table'), [
      '-A -f 5 -s sh -p 60 -M 255.255.255.0 -b sh-port',
      '-A -f 5 -6 -s rr -o',
      '-A --sctp-service 192.168.0.240:90 -s rr',
      '-a -f 5 -r 192.168.0.223:0 -g -w 1',
      '-a -f 5 -6 -r [fd00::223]:0 -g -w 1',
      '-a --sctp-service 192.168.0.240:90 -r 192.168.0.223:90 -g -w 1',
    ]);
    assert.equal(host.run('reload').changes, []);
    assert.match(host.run('status').stdout, 'present   server  -f 5 -r 192.168.0.223:0 -g -w 1 -x 100 -y 50');
    host.write('limits', limits(20));
    assert.equal(host.run('reload').changes, ['ipvsadm -e -f 5 -r 192.168.0.223:0 -g -w 1 -x 100 -y 50']);
    assert.equal(host.run('stop').changes.slice(-3), [
      'ipvsadm -D -f 5',
      'ipvsadm -D -f 5 -6',
      'ipvsadm -D --sctp-service 192.168.0.240:90',
    ]);
  });

  test('a mark of one family is not that of the other, and its servers leave alone', () => {
    const host = stage(manyServices, [
      '-A -f 5 -6 -s rr -o',
      '-a -f 5 -6 -r [fd00::223]:0 -g -w 1',
      '-a -f 5 -6 -r [fd00::9]:0 -g -w 3',
    ]);
    host.write('active', '[fd00::9]:0 5\n');
    const { changes } = host.run('reload');
    assert.ok(changes.includes('ipvsadm -A -f 5 -s sh -p 60 -M 255.255.255.0 -b sh-port'));
    assert.ok(changes.includes('ipvsadm -e -f 5 -6 -r [fd00::9]:0 -g -w 0'));
    assert.is(changes.at(-1), 'ipvsadm -d -f 5 -6 -r [fd00::9]:0');
    assert.is(changes.filter(change => change === 'sleep 1').length, 2);
  });

  const foreign = ['-A -t 10.9.9.9:80 -s wlc', '-a -t 10.9.9.9:80 -r 10.9.9.1:80 -m -w 5'];

  test('services of others are never touched, and nothing clears the table', () => {
    const host = stage(fixed, [...foreign, ...wholeTable]);
    const runs: Ran[] = ['start', 'reload', 'restart', 'stop', 'start', 'status', 'stop'].map(verb =>
      host.run(verb),
    );
    const changes = runs.flatMap(ran => ran.changes);
    assert.equal(
      changes.filter(change => /10\.9\.9|ipvsadm (-C|--clear|-R)/.test(change)),
      [],
    );
    assert.equal(host.lines('table'), foreign);
  });

  test('stop takes the VIP away before the rules, and a second time does nothing', () => {
    const host = stage(fixed);
    host.run('start');
    assert.equal(host.run('stop').changes, [
      'ip addr del 192.168.0.240/24 dev eth0',
      'ipvsadm -D -t 192.168.0.240:80',
    ]);
    const { code, changes } = host.run('stop');
    assert.equal([code, changes], [0, []]);
  });

  test('a director of mode vrrp leaves the VIP to keepalived', () => {
    const host = stage(inMode(dr, 'vrrp'));
    const changes = ['start', 'reload', 'restart', 'stop'].flatMap(verb => host.run(verb).changes);
    assert.equal(
      changes.filter(change => !change.startsWith('ipvsadm ')),
      [],
    );
  });

  test('status tells present, missing, differing and unlisted; 3 only where something is missing', () => {
    const host = stage(fixed, [
      '-A -t 192.168.0.240:80 -s wlc',
      '-a -t 192.168.0.240:80 -r 192.168.0.223:80 -g -w 1',
      '-a -t 192.168.0.240:80 -r 192.168.0.9:80 -g -w 1',
    ]);
    const { code, stdout, changes } = host.run('status');
    assert.equal([code, changes], [3, []]);
    assert.equal(stdout.split('\n'), [
      'differs   service -t 192.168.0.240:80 -s wlc, not -s rr',
      'present   server  -t 192.168.0.240:80 -r 192.168.0.223:80 -g -w 1',
      'missing   server  -t 192.168.0.240:80 -r 192.168.0.224:80',
      'unlisted  server  -t 192.168.0.240:80 -r 192.168.0.9:80',
      'missing   VIP     192.168.0.240/24 on eth0',
      '',
    ]);
    host.run('start');
    assert.is(host.run('status').code, 0);
  });

  test('status and stop do not load the module', () => {
    const host = stage(fixed, wholeTable);
    host.script(script(fixed).replaceAll('/proc/net/ip_vs', '/proc/net/none'));
    assert.is(host.run('status').code, 3);
    assert.equal(host.run('stop').changes, []);
  });

  test('one failure does not keep the rest from being made, and is told', () => {
    const host = stage(fixed);
    host.write('refused', '192.168.0.223');
    const { code, stderr } = host.run('start');
    assert.is(code, 1);
    assert.match(stderr, /failed: ipvsadm -a -t 192\.168\.0\.240:80 -r 192\.168\.0\.223:80 -g -w 1\n/);
    assert.equal(host.lines('table'), [wholeTable[0], wholeTable[2]]);
    assert.is(host.run('status').code, 3);
  });

  test('wrong usage, no root, no ipvsadm', () => {
    const host = stage(fixed);
    for (const args of [[], ['begin'], ['start', 'now'], ['']]) {
      const { code, stderr } = host.run(...args);
      assert.is(code, 2);
      assert.match(stderr, /^usage: \S+ start\|stop\|restart\|reload\|status\n$/);
    }
    host.write('user', '1000');
    const { code, stderr } = host.run('start');
    assert.is(code, 4);
    assert.match(stderr, 'must be run as root');
    assert.is(host.run('status').code, 4);
  });

  test('without ipvsadm', () => {
    const host = stage(fixed);
    host.script(script(fixed).replace('command -v ipvsadm', 'command -v no-such-program'));
    const { code, stderr } = host.run('stop');
    assert.is(code, 5);
    assert.match(stderr, 'ipvsadm is not installed (package ipvsadm)');
    assert.is(host.run('status').code, 4);
  });
}

all.run();
