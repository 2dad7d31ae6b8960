import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { growth, parseCounters } from '../../src/verify/counters.ts';
import { parseHolders, parseWhereTo } from '../../src/verify/hold.ts';
import { differences } from '../../src/verify/live.ts';
import { parseLoad } from '../../src/verify/load.ts';
import { loadsOf } from '../../src/verify/reading.ts';
import { parseTable } from '../../src/verify/table.ts';
import { keptAt, parseTemplates } from '../../src/verify/templates.ts';
import { service } from './scene.ts';

const ok = (stdout: string) => ({ code: 0, stdout, stderr: '' });

const stats = (conns: number, a: number, b: number) => `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes
  -> RemoteAddress:Port
TCP  192.168.0.240:80                ${conns}      120        0    10000        0
  -> 192.168.0.223:80                ${a}       60        0     5000        0
  -> 192.168.0.224:80                ${b}       60        0     5000        0
UDP  [fd00:1234:5678:9abc:def0:1234:5678:9abd]:8080        7        8        9        0        0
  -> [fd00:1234:5678:9abc:def0:1234:5678:9abc]:8080        7        8        9        0        0
FWM  5                                   4        4        0      300        0
  -> 192.168.0.223:0                     4        4        0      300        0
FWM  7 IPv6                              2        2        0      100        0
`;

test('counters of ipvsadm --stats --exact are read by service and RS', () => {
  const before = parseCounters(ok(stats(20, 10, 10)));
  const grown = growth([before], [parseCounters(ok(stats(26, 13, 13)))], 'TCP 192.168.0.240:80');
  assert.is(grown.connections, 6);
  assert.equal(
    [...grown.servers],
    [
      ['192.168.0.223:80', 3],
      ['192.168.0.224:80', 3],
    ],
  );
});

test('a counter that was zeroed meanwhile counts from zero, and a host without IPVS has none', () => {
  const before = parseCounters(ok(stats(20, 10, 10)));
  assert.is(growth([before], [parseCounters(ok(stats(3, 2, 1)))], 'TCP 192.168.0.240:80').connections, 3);
  assert.is(growth([parseCounters(ok(''))], [parseCounters(ok(''))], 'TCP 192.168.0.240:80').connections, 0);
  assert.throws(
    () => parseCounters({ code: 127, stdout: '', stderr: 'ipvsadm: not found' }),
    /could not be read/,
  );
});

test('counters of IPv6, of firewall marks and of packets each way are read', () => {
  const grown = (key: string) => growth([parseCounters(ok(''))], [parseCounters(ok(stats(1, 1, 0)))], key);
  const six = grown('UDP [fd00:1234:5678:9abc:def0:1234:5678:9abd]:8080');
  assert.equal([six.connections, six.inPackets, six.outPackets, six.directors], [7, 8, 9, [7]]);
  assert.equal([...six.servers.values()], [7]);
  assert.equal([...grown('FWM 5').servers], [['192.168.0.223:0', 4]]);
  assert.is(grown('FWM 7 IPv6').connections, 2);
  assert.is(grown('FWM 7').connections, 0);
});

const table = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
UDP  192.168.0.240:53 rr ops
  -> 192.168.0.221:53             Route   1      0          0         
TCP  [fd00:1234:5678:9abc:def0:1234:5678:9abd]:8080 sh (sh-fallback,sh-port)
  -> [fd00:1234:5678:9abc:def0:1234:5678:9abc]:8080 Route   3      1          2         
TCP  10.0.0.240:80 wrr persistent 300
  -> 10.0.0.2:80                  Masq    3      8          4         
  -> 10.0.0.1:80                  Tunnel  1      2          0         
FWM  5 wrr
  -> 10.0.0.2:0                   Route   1      5          6         
FWM  7 IPv6 rr persistent 300
`;

test('the table is read in the order of the kernel', () => {
  const read = parseTable(ok(table));
  assert.equal(
    [...read.keys()].map(key => [key, read.get(key)?.scheduler]),
    [
      ['UDP 192.168.0.240:53', 'rr'],
      ['TCP [fd00:1234:5678:9abc:def0:1234:5678:9abd]:8080', 'sh'],
      ['TCP 10.0.0.240:80', 'wrr'],
      ['FWM 5', 'wrr'],
      ['FWM 7 IPv6', 'rr'],
    ],
  );
  assert.equal(
    [...(read.get('TCP 10.0.0.240:80')?.servers ?? [])],
    [
      ['10.0.0.2:80', { weight: 3, active: 8, inactive: 4 }],
      ['10.0.0.1:80', { weight: 1, active: 2, inactive: 0 }],
    ],
  );
  assert.equal(parseTable(ok('')).size, 0);
  assert.throws(() => parseTable({ code: 1, stdout: '', stderr: 'no' }), /could not be read/);
});

const reading = (director: string, text: string) => ({
  director,
  counters: parseCounters(ok('')),
  table: parseTable(ok(text)),
});

test('a service by firewall mark knows its RS by their addresses, over all directors', () => {
  const mark = { value: 5, vips: [], ports: [] };
  const loads = loadsOf(service({ mark }), [reading('lvs01', table), reading('lvs02', table)]);
  assert.equal(
    loads.map(({ active, weight }) => [active, weight]),
    [
      [0, 0],
      [10, 1],
    ],
  );
});

test('a table that differs from the inventory is told by what differs', () => {
  const now = (text: string) => differences(service({ scheduler: 'wrr' }), [reading('lvs01', text)]);
  const [a, b] = ['  -> 10.0.0.1:80 Route 1 0 0\n', '  -> 10.0.0.2:80 Route 1 0 0\n'];
  const wrr = 'TCP  10.0.0.240:80 wrr\n';
  assert.equal(now(wrr + a + b), { faults: [], notes: [], out: [] });
  assert.match(now('').faults.join(), 'lvs01 has no TCP 10.0.0.240:80');
  assert.match(
    now(`TCP  10.0.0.240:80 lc\n${a}${b}`).faults.join(),
    'schedules by lc, the inventory says wrr',
  );
  assert.match(now(wrr + a + b.replace('Route 1', 'Route 5')).faults.join(), 'gives b weight 5');
  assert.equal(
    now(wrr + a).out.map(({ server, how }) => [server.host, how]),
    [['b', 'lvs01 does not have it in its table']],
  );
  assert.equal(
    now(wrr + a + b.replace('Route 1', 'Route 0')).out.map(({ how }) => how),
    ['lvs01 gives it weight 0'],
  );
  assert.match(
    now(wrr + a + b + b.replace('0.2', '0.9')).notes.join(),
    '1 RS in its table that the inventory',
  );
});

test('directors with the RS in another order are told where a hash goes by it', () => {
  const [a, b] = ['  -> 10.0.0.1:80 Route 1 0 0\n', '  -> 10.0.0.2:80 Route 1 0 0\n'];
  const both = (first: string, second: string) =>
    differences(service({ scheduler: 'sh' }), [
      reading('lvs01', `TCP  10.0.0.240:80 sh\n${first}`),
      reading('lvs02', `TCP  10.0.0.240:80 sh\n${second}`),
    ]).notes.join();
  assert.is(both(a + b, a + b), '');
  assert.match(both(a + b, b + a), 'lvs01 and lvs02 have the RS in another order');
});

test('templates of persistence tell who keeps a client, by address, network or mark', () => {
  const templates = parseTemplates(
    ok(`TCP 04:58  NONE        10.0.0.7:0         10.0.0.240:80      10.0.0.2:80
TCP 00:30  NONE        10.0.9.0:0         10.0.0.240:80      10.0.0.1:80
IP  01:00  NONE        10.0.0.8:0         0.0.0.5:0          10.0.0.2:0
`),
  );
  const client = (ip: string) =>
    ({ interfaces: [{ name: 'eth0', addresses: [{ ip, prefix: 24, family: 4 }] }] }) as never;
  assert.equal(keptAt(templates, service(), client('10.0.0.7')), { host: 'b', seconds: 298 });
  assert.is(keptAt(templates, service({ port: 81 }), client('10.0.0.7')), undefined);
  assert.is(keptAt(templates, service(), client('10.0.9.9')), undefined);
  const net = service({ persistencePrefix: 24 });
  assert.equal(keptAt(templates, net, client('10.0.9.9')), { host: 'a', seconds: 30 });
  const mark = (value: number) => service({ mark: { value, vips: [], ports: [] } });
  assert.equal(keptAt(templates, mark(5), client('10.0.0.8')), { host: 'b', seconds: 60 });
  assert.is(keptAt(templates, mark(6), client('10.0.0.8')), undefined);
});

test('held connections are known by their ports, and only those that are open', () => {
  const holders = parseHolders(
    ok(
      'held 881 1340\nheld 883 1345\nheld 885 1347\nsocket 1340 E700A8C0:C514\nsocket 1347 0000000000000000FFFF0000E700A8C0:C52A\n',
    ),
  );
  assert.equal(holders, [
    { pid: 881, port: 0xc514 },
    { pid: 885, port: 0xc52a },
  ]);
  const where = parseWhereTo(
    ok('50452 10.0.0.240:80 10.0.0.2:80\n50474 10.0.0.240:81 10.0.0.1:81\n'),
    '10.0.0.240:80',
  );
  assert.equal([...where], [[50452, '10.0.0.2:80']]);
});

test('the gap of a load is its longest row of failures', () => {
  const load = parseLoad(ok('200 0.001\n000 0.5\n000 0.5\n200 0.001\n000 0.5\n200 0.001\n'), 50);
  assert.is(load.requests, 6);
  assert.is(load.failed, 3);
  assert.is(load.gap, 1);
});

test('a load has recovered when at most one of its last ten requests was lost', () => {
  const rows = (...lost: readonly number[]) =>
    ok(Array.from({ length: 40 }, (_, at) => `${lost.includes(at) ? '000' : '200'} 0.001\n`).join(''));
  const recovered = (...lost: readonly number[]) => parseLoad(rows(...lost), 50).recovered;
  assert.equal([recovered(), recovered(39), recovered(31), recovered(20, 21, 22)], [true, true, true, true]);
  assert.equal([recovered(30, 39), recovered(38, 39)], [false, false]);
});

test.run();
