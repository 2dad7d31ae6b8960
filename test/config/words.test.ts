import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  broadcastOf,
  networkOf,
  parseIp,
  parseNet,
  parseNetOrAddress,
  showNetwork,
} from '../../src/config/address.ts';
import { fromPointer, showPath } from '../../src/config/path.ts';
import { closest, oneOf } from '../../src/config/suggest.ts';

/** The small words: addresses, paths, suggestions. */
const test = suite('words');

test('an address has one spelling', () => {
  assert.is(parseIp('FD00:0::0001'), 'fd00::1');
  for (const text of [
    '10.1',
    '10.0.0.010',
    '256.0.0.1',
    'fe80::1%eth0',
    ' 10.0.0.1',
    '10.0.0.1\n',
    '',
    'x',
  ]) {
    assert.is(parseIp(text), undefined, JSON.stringify(text));
  }
});

test('an address with a prefix', () => {
  assert.equal(parseNet('10.0.0.1/8'), { ip: '10.0.0.1', prefix: 8, family: 4 });
  assert.equal(parseNet('FD00::1/128'), { ip: 'fd00::1', prefix: 128, family: 6 });
  for (const text of [
    '10.0.0.1',
    '10.0.0.1/33',
    '10.0.0.1/08',
    '10.0.0.1/',
    'fd00::1/129',
    '10.0.0.1/24/1',
  ]) {
    assert.is(parseNet(text), undefined, text);
  }
  assert.is(parseNetOrAddress('10.0.0.1')?.prefix, 32);
  assert.is(parseNetOrAddress('fd00::1')?.prefix, 128);
});

test('the ends of a network', () => {
  const net = { ip: '192.168.5.77', prefix: 22, family: 4 } as const;
  assert.is(networkOf(net), '192.168.4.0');
  assert.is(broadcastOf(net), '192.168.7.255');
  assert.is(broadcastOf({ ...net, prefix: 31 }), undefined);
  assert.is(networkOf({ ...net, prefix: 0 }), '0.0.0.0');
  assert.is(showNetwork({ ip: 'fd00:1:2:3::4', prefix: 48, family: 6 }), 'fd00:1:2::/48');
});

test('a path is shown as one writes it', () => {
  assert.is(showPath(['services', 'http', 'real_servers', 0]), 'services.http.real_servers[0]');
  assert.is(showPath(['hosts', 'a', 'interfaces', 'eth0.100', 1]), 'hosts.a.interfaces["eth0.100"][1]');
  assert.equal(fromPointer('/a~1b/0/~0', { 'a/b': [{ '~': 1 }] }), ['a/b', 0, '~']);
});

test('what was meant is found by synonym, spelling or distance, and not at any price', () => {
  const methods = ['DR', 'NAT', 'TUN'];
  assert.is(closest('Masquerading', methods, { masquerading: 'NAT' }), 'NAT');
  assert.is(closest('nat', methods), 'NAT');
  assert.is(closest('real-server', ['director', 'real_server']), 'real_server');
  assert.is(closest('direcotr', ['director', 'real_server']), 'director');
  assert.is(closest('frobnicate', methods), undefined);
  assert.is(closest('x', ['y']), undefined);
  assert.is(oneOf(['a']), 'a');
  assert.is(oneOf(['a', 'b', 'c']), 'a, b or c');
});

test.run();
