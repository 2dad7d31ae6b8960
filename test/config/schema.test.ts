import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { published } from '../../src/config/publish.ts';
import { inventorySchema } from '../../src/config/schema/inventory.ts';
import { playbookSchema, withExpressions } from '../../src/config/schema/playbook.ts';
import { vocabulary } from '../../src/config/schema/vocabulary.ts';
import { checker } from '../../src/config/validate.ts';
import { kinds } from '../../src/kinds/index.ts';
import type { Schema } from '../../src/model/kind.ts';

/** The schemas themselves: told in full, true in their examples, closed to unknown keys. */
const test = suite('schemas');

type Node = Readonly<Record<string, unknown>>;
type Place = readonly [path: string, node: Node];

function* nodes(node: unknown, path = '#'): Generator<Place> {
  if (Array.isArray(node)) {
    for (const [index, inner] of node.entries()) yield* nodes(inner, `${path}/${index}`);
    return;
  }
  if (node === null || typeof node !== 'object') return;
  if (!/\/(properties|\$defs)$/.test(path)) yield [path, node as Node];
  for (const [key, inner] of Object.entries(node)) {
    if (!['examples', 'default', 'const', 'enum', ...vocabulary].includes(key))
      yield* nodes(inner, `${path}/${key}`);
  }
}

const isProperty = ([path]: Place): boolean => /\/properties\/[^/]+$/.test(path);
const shapes = [...nodes(inventorySchema)];

test('every key has a description, and an example, a default or a choice', () => {
  const bare = shapes
    .filter(isProperty)
    .filter(([, node]) => node['$ref'] === undefined && node['const'] === undefined)
    .filter(
      ([, node]) =>
        node['description'] === undefined ||
        !['examples', 'default', 'enum', 'properties', 'secret', 'oneOf', 'additionalProperties'].some(
          word => word in node,
        ),
    );
  assert.equal(
    bare.map(([path]) => path),
    [],
  );
});

test('every map says which keys it takes', () => {
  const open = shapes.filter(
    ([, node]) =>
      [node['type']].flat().includes('object') && !('additionalProperties' in node) && !('oneOf' in node),
  );
  assert.equal(
    open.map(([path]) => path),
    [],
  );
});

test('every text is held by a pattern, a format or a list', () => {
  const free = shapes.filter(
    ([path, node]) =>
      [node['type']].flat().includes('string') &&
      !['pattern', 'format', 'enum'].some(word => word in node) &&
      !path.endsWith('/command/items'),
  );
  assert.equal(
    free.map(([path]) => path),
    [],
  );
});

test('examples and defaults are what their schema takes', () => {
  const definitions = inventorySchema['$defs'];
  const wrong = shapes.flatMap(([path, node]) => {
    const {
      examples = [],
      default: usual,
      ...rest
    } = node as { examples?: readonly unknown[]; default?: unknown };
    const check = checker({ ...rest, $defs: definitions } as Schema);
    const samples = usual === undefined ? examples : [...examples, usual];
    return samples.flatMap(sample => check(sample).map(({ message }) => `${path}: ${message}`));
  });
  assert.equal(wrong, []);
});

test('what is published holds no words of ours, and judges the same', () => {
  const text = JSON.stringify(published(inventorySchema));
  for (const word of [...vocabulary, 'discriminator']) assert.not.ok(text.includes(`"${word}":`), word);
  const data = { version: 1, name: 'x', hosts: { a: { roles: ['director'], priority: 0 } } };
  assert.is(checker(published(inventorySchema))(data).length, 1);
});

test('the published schema of playbooks takes expressions where a value stands', () => {
  const schema = playbookSchema(kinds, kind => withExpressions(kind.schema));
  const resources = [
    { sysctl: { key: 'net.ipv4.ip_forward', value: '{{vars.forward}}' } },
    { service: { name: '{{vars.unit}}', running: '{{vars.on}}' } },
    { package: { name: 'nginx', state: 'absent' } },
  ];
  const playbook = { version: 1, name: 'x', stages: [{ name: 's', hosts: ['all'], resources }] };
  assert.equal(checker(schema)(playbook), []);
  const wrong = {
    ...playbook,
    stages: [{ name: 's', hosts: ['all'], resources: [{ package: { name: 'a b' } }] }],
  };
  assert.ok(checker(schema)(wrong).length > 0);
});

test.run();
