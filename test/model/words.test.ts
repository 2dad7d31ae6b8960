import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { closest } from '../../src/model/closest.ts';
import { globs } from '../../src/model/glob.ts';
import { canonical, equal } from '../../src/model/json.ts';
import { contains, endpoint } from '../../src/model/network.ts';

test('the closest word is found, and nothing is guessed from afar', () => {
  assert.is(closest('shceduler', ['scheduler', 'port']), 'scheduler');
  assert.is(closest('xyz', ['scheduler', 'port']), undefined);
});

test('a glob is no regular expression', () => {
  assert.ok(globs('web*', 'web01'));
  assert.ok(globs('web0?', 'web01'));
  assert.not.ok(globs('web.1', 'web01'));
  assert.not.ok(globs('web', 'web01'));
});

test('equality is by value, without regard to the order of keys', () => {
  assert.ok(equal({ a: 1, b: [1, { c: undefined }] }, { b: [1, {}], a: 1 }));
  assert.not.ok(equal({ a: 1 }, undefined));
  assert.not.ok(equal({ a: 1 }, { a: 1, b: 2 }));
  assert.not.ok(equal({ a: 1, b: undefined }, { b: 1, a: undefined }));
  assert.not.ok(equal({ toString: undefined, a: 1 }, { b: 1 }));
  assert.not.ok(equal({}, []));
  assert.not.ok(equal([], {}));
  assert.not.ok(equal([1, 2], [2, 1]));
  assert.not.ok(equal({ a: null }, { a: {} }));
  assert.not.ok(equal(1, '1'));
  assert.is(canonical({ b: 1, a: { d: 1, c: 2 } }), '{"a":{"c":2,"d":1},"b":1}');
});

test('networks hold their addresses, of their own family', () => {
  assert.ok(contains({ ip: '192.168.0.210', prefix: 24, family: 4 }, '192.168.0.240'));
  assert.not.ok(contains({ ip: '192.168.0.210', prefix: 24, family: 4 }, '192.168.1.240'));
  assert.not.ok(contains({ ip: '192.168.0.210', prefix: 24, family: 4 }, 'fe80::1'));
  assert.ok(contains({ ip: '2001:db8::', prefix: 64, family: 6 }, '2001:db8::9'));
  assert.is(endpoint('2001:db8::1', 80), '[2001:db8::1]:80');
});

test.run();
