import { inspect } from 'node:util';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Event } from '../../src/model/event.ts';
import { Secret } from '../../src/model/secret.ts';
import { redacted, redacting, redactor } from '../../src/report/redact.ts';

test('a secret prints as (secret) by every way that prints', () => {
  const secret = new Secret('hunter22');
  const ways = [`${secret}`, JSON.stringify({ secret }), inspect({ secret }), String(secret)];
  for (const shown of ways) assert.not.match(shown, 'hunter22');
  assert.is(secret.reveal(), 'hunter22');
});

test('a known secret in an event is hidden, however deep', () => {
  const seen: Event[] = [];
  const report = redacting(event => seen.push(event), [new Secret('s3cr$t+'), new Secret('abc')]);
  report({ event: 'host.failed', host: 'a', error: { what: 'no: s3cr$t+', why: 'abc' } });
  assert.equal(seen, [{ event: 'host.failed', host: 'a', error: { what: 'no: (secret)', why: 'abc' } }]);
});

test('a value is hidden as a word, not inside longer words and numbers', () => {
  const redact = redactor([new Secret('1111')]);
  assert.is(redact('auth_pass 1111; port 11110, pid=1111.'), 'auth_pass (secret); port 11110, pid=(secret).');
});

test('a long value is hidden inside of longer words too', () => {
  const redact = redactor([new Secret('correct-horse')]);
  assert.is(redact('token=xcorrect-horse9'), 'token=x(secret)9');
  assert.equal(redacted({ a: ['correct-horse'] }, [new Secret('correct-horse')]), { a: ['(secret)'] });
});

test.run();
