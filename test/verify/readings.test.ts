import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { replies } from '../../src/verify/ask.ts';
import { growth, parseCounters } from '../../src/verify/counters.ts';
import { parseLoad } from '../../src/verify/load.ts';

const ok = (stdout: string) => ({ code: 0, stdout, stderr: '' });
const line = (text: string) => `${Buffer.from(text).toString('base64')}\n`;

const stats = (conns: number, a: number, b: number) => `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes
  -> RemoteAddress:Port
TCP  192.168.0.240:80                ${conns}      120        0    10000        0
  -> 192.168.0.223:80                ${a}       60        0     5000        0
  -> 192.168.0.224:80                ${b}       60        0     5000        0
FWM  5 rr                              1        1        0        1        0
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

test('replies are what curl printed, whatever the page holds', () => {
  const page = 'x\n200 0.1 0.2 0\n';
  const [one, two, three] = replies(
    ok(line(`${page}\n200 0.001 0.002 0`) + line('\n503 0.1 0.1 0') + line('curl: (7) refused\n000 0 0 7')),
    'http',
    3,
  );
  assert.equal([one?.ok, one?.page], [true, page]);
  assert.equal([two?.ok, two?.error], [false, 'HTTP status 503']);
  assert.equal([three?.ok, three?.error], [false, 'curl: (7) refused']);
});

test('fewer answers than requests is an error', () => {
  assert.throws(() => replies(ok(''), 'http', 2), /0 of 2/);
  assert.throws(
    () => replies({ code: 127, stdout: '', stderr: 'curl is not installed' }, 'http', 2),
    /could not ask/,
  );
});

test('the gap of a load is its longest row of failures', () => {
  const load = parseLoad(ok('200 0.001\n000 0.5\n000 0.5\n200 0.001\n000 0.5\n200 0.001\n'), 50);
  assert.is(load.requests, 6);
  assert.is(load.failed, 3);
  assert.is(load.gap, 1);
});

test('a connection is a success once it is made, also when the service says nothing', () => {
  const [one, two] = replies(
    ok(line('\n000 0.001 1.0 28') + line('curl: (7) refused\n000 0 0.1 7')),
    'connect',
    2,
  );
  assert.equal([one?.ok, two?.ok], [true, false]);
});

test.run();
