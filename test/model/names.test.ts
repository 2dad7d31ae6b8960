import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { foldNames } from '../../src/model/names.ts';

test('names that count up are a range, as an inventory writes it; few are left as they are', () => {
  assert.is(foldNames([]), '');
  assert.is(foldNames(['web01', 'web02', 'web03']), 'web01, web02, web03');
  assert.is(foldNames(['lvs01', 'web08', 'web09', 'web10', 'web11']), 'lvs01, web[08:11]');
  assert.is(foldNames(['web8', 'web9', 'web10', 'web11']), 'web[8:11]');
  assert.is(foldNames(['r1-web2', 'r1-web3', 'r1-web4', 'r1-web5', 'r2-web6']), 'r1-web[2:5], r2-web6');
  assert.is(foldNames(['a4', 'a3', 'a1', 'a2', 'gateway', 'a9']), 'a[1:4], a9, gateway');
  assert.is(foldNames(['n1x', 'n2x', 'n3x', 'n4x', 'n4y']), 'n[1:4]x, n4y');
  assert.is(foldNames(['web08', 'web9', 'web10', 'web11', 'web12']), 'web08, web[9:12]');
  assert.is(foldNames(['a', 'b', 'c', 'd'], 2), 'a, b and 2 more');
});

test.run();
