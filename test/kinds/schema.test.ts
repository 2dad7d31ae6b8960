import { Ajv2020 } from 'ajv/dist/2020.js';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { kinds } from '../../src/kinds/index.ts';
import type { JsonObject } from '../../src/model/json.ts';

const test = suite('schemas of kinds');

/** What no name, path, address or word may bring to a host. */
const injections = ['a\nb', '\nkeepalived', 'keepalived\n', 'nul\0', 'tab\t', '\u001b[31m', '\u007f', '\r'];
/** For strings that name something: those would be options, expansions or paths elsewhere. */
const names = [
  ...injections,
  '',
  ' ',
  '$(reboot)',
  '`reboot`',
  'a;b',
  "a'b",
  '"',
  'a b ',
  '-rf',
  '../x',
  'a|b',
  '{x}',
];
/** Free words of an argv or text, where a shell never looks: only control characters are refused. */
const free = new Set([
  'run',
  'unless',
  'undo',
  'argv',
  'rule',
  'value',
  'path',
  'reload_on',
  'restart_on',
  'name of command',
]);
/** Texts that may hold anything: they travel by stdin. */
const anything = new Set(['content', 'data']);

for (const [name, kind] of kinds) {
  const ajv = new Ajv2020({ strict: true, allErrors: true });
  const schema = kind.schema;
  const examples = schema['examples'] as readonly JsonObject[];
  const properties = schema['properties'] as { readonly [member: string]: JsonObject };

  test(`${name}: compiles strictly and accepts its examples`, () => {
    const validate = ajv.compile(schema);
    assert.ok(examples.length > 0);
    for (const example of examples) assert.ok(validate(example), ajv.errorsText(validate.errors));
  });

  test(`${name}: everything in it is titled and described`, () => {
    for (const [member, one] of Object.entries({ '': schema, ...properties }))
      assert.ok(one['title'] && one['description'], member);
  });

  test(`${name}: refuses unknown members, a wrong state, and a missing member`, () => {
    const validate = ajv.compile(schema);
    const [example] = examples;
    assert.not.ok(validate({ ...example, stat: 'absent' }));
    assert.not.ok(validate({ ...example, state: 'gone' }));
    for (const member of schema['required'] as readonly string[])
      assert.not.ok(validate({ ...example, [member]: undefined, ...omit(example, member) }));
  });

  test(`${name}: refuses injections in each of its strings`, () => {
    const validate = ajv.compile(schema);
    for (const example of examples) {
      for (const [member, value] of Object.entries(example)) {
        if (anything.has(member)) continue;
        for (const bad of free.has(member) ? injections : names) {
          if (
            name === 'command' &&
            member === 'name' &&
            !injections.includes(bad) &&
            /^[A-Za-z0-9][A-Za-z0-9 ._-]*$/.test(bad)
          )
            continue;
          assert.not.ok(
            validate({ ...example, [member]: spoilt(value, bad) }),
            `${member}: ${JSON.stringify(bad)}`,
          );
        }
      }
    }
  });
}

test('paths are absolute and without detours', () => {
  const validate = new Ajv2020({ strict: true }).compile(kinds.get('file')?.schema ?? {});
  for (const path of ['etc/x', '/', '/etc/', '/etc//x', '/etc/../x', '/./x', '/etc/..', '~/x', ''])
    assert.not.ok(validate({ path }), path);
  for (const path of ['/x', '/etc/a b', '/etc/..x', '/etc/.hidden', "/etc/it's"])
    assert.ok(validate({ path }), path);
});

test('addresses are addresses', () => {
  const validate = new Ajv2020({ strict: true }).compile(kinds.get('address')?.schema ?? {});
  const ok = (address: string) => validate({ interface: 'eth0', address });
  for (const address of ['1.2.3.4/32', '0.0.0.0/0', 'fd00::1/64', '::1/128', '::ffff:1.2.3.4/128'])
    assert.ok(ok(address), address);
  for (const address of ['1.2.3.4', '256.1.1.1/8', '1.2.3.4/33', 'fd00::1/129', 'fd00::g/64', '01.2.3.4/8'])
    assert.not.ok(ok(address), address);
});

test('a rule can not name another table or command', () => {
  const validate = new Ajv2020({ strict: true }).compile(kinds.get('iptables')?.schema ?? {});
  for (const word of ['-t', '--table', '--table=nat', '-F', '-D', '--flush', '-X'])
    assert.not.ok(validate({ chain: 'INPUT', rule: ['-p', 'tcp', word] }), word);
});

function omit(example: JsonObject | undefined, member: string): JsonObject {
  const { [member]: _, ...rest } = example ?? {};
  return { ...rest, [member]: undefined };
}

function spoilt(value: unknown, bad: string): unknown {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return bad;
  if (Array.isArray(value)) return value.length === 0 ? [bad] : [spoilt(value[0], bad), ...value.slice(1)];
  return Object.fromEntries(Object.entries(value as object).map(([key, one]) => [key, spoilt(one, bad)]));
}

test.run();
