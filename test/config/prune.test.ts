import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { prune } from '../../src/config/prune.ts';
import type { Schema } from '../../src/model/kind.ts';

// A schema in which every word that prune knows decides something.
const schema: Schema = {
  type: 'object',
  properties: {
    a: { type: 'integer' },
    b: { $ref: '#/$defs/b' },
    c: { type: 'array', items: { properties: { a: { type: 'string' }, d: { const: 1 } }, required: ['a'] } },
    d: {
      type: 'object',
      discriminator: { propertyName: 'e' },
      oneOf: [
        {
          properties: { e: { const: 'x' }, a: { type: 'integer' } },
          required: ['e'],
          additionalProperties: false,
        },
        {
          properties: { e: { const: 'y' }, b: { type: 'string' } },
          required: ['e'],
          additionalProperties: false,
        },
      ],
      required: ['e'],
    },
  },
  anyOf: [{ properties: { a: { minimum: 0 } } }, { required: ['b'] }],
  if: { properties: { a: { const: 3 } }, required: ['a'] },
  ...Object.fromEntries([['then', { required: ['c'] }]]),
  additionalProperties: false,
  $defs: {
    b: { type: 'object', properties: { b: { type: 'null' } }, additionalProperties: { type: 'integer' } },
  },
};

const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'z');
const data = fc.letrec(tie => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(-1, 0, 1, 3, 'x', 'y', null),
    fc.dictionary(name, tie('value'), { maxKeys: 4 }),
    fc.array(tie('value'), { maxLength: 3 }),
  ),
}))['value'];

const options = { discriminator: true, strict: false, validateSchema: false, meta: false } as const;

test('the verdict on data is the same whatever of the schema says nothing of it', () => {
  const whole = new Ajv2020(options).compile(schema);
  const verdicts = { right: 0, wrong: 0 };
  const check = (value: unknown) => {
    const pruned = new Ajv2020(options).compile(prune(schema, value));
    assert.is(pruned(value), whole(value), JSON.stringify(value));
    verdicts[whole(value) ? 'right' : 'wrong'] += 1;
  };
  fc.assert(fc.property(fc.dictionary(name, data, { maxKeys: 4 }), check), { numRuns: 100 });
  for (const value of [
    { a: 3, c: [{ a: 'x' }] },
    { a: 3 },
    { a: -1, b: { z: 1 } },
    { a: -1 },
    { d: { e: 'x', a: 1 } },
    { d: { e: 'y', a: 1 } },
    { d: { e: 'z' } },
    { b: { b: null, c: 1 } },
    { b: { b: 1 } },
    {},
    { z: 1 },
  ]) {
    check(value);
  }
  assert.ok(verdicts.right >= 5 && verdicts.wrong >= 5, JSON.stringify(verdicts));
});

test('what is left of a schema is what the data has', () => {
  const { properties } = prune(schema, { a: 1 }) as { properties: object };
  assert.equal(Object.keys(properties), ['a']);
});

test.run();
