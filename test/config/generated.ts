import { compile, type JSONSchema } from 'json-schema-to-typescript';
import { published } from '../../src/config/publish.ts';
import { inventoryReference } from '../../src/config/reference/inventory.ts';
import { playbookReference } from '../../src/config/reference/playbook.ts';
import { inventorySchema } from '../../src/config/schema/inventory.ts';
import { playbookSchema, withExpressions } from '../../src/config/schema/playbook.ts';
import { secret } from '../../src/config/schema/secret.ts';
import { kinds } from '../../src/kinds/index.ts';
import type { Schema } from '../../src/model/kind.ts';

/** A file in the tree that is made from the schemas: where, and its whole text. */
export interface Generated {
  readonly path: string;
  text(): Promise<string>;
}

/** Everything that is generated. `npx tsx test/config/generate.ts` writes it, a test compares it. */
export const generated: readonly Generated[] = [
  { path: 'src/config/inventory-yaml.ts', text: () => types(inventorySchema, 'Inventory') },
  { path: 'docs/schema/inventory.schema.json', text: async () => json(inventorySchema) },
  {
    path: 'docs/schema/playbook.schema.json',
    text: async () => json(playbookSchema(kinds, ({ schema }) => withExpressions(schema))),
  },
  { path: 'docs/inventory.md', text: async () => inventoryReference() },
  { path: 'docs/playbook.md', text: async () => playbookReference(kinds) },
];

function json(schema: Schema): string {
  return `${JSON.stringify(published(schema), null, 2)}\n`;
}

async function types(schema: Schema, name: string): Promise<string> {
  const definitions = { ...(schema['$defs'] as object), secret: secretReference };
  const plain = published(plainTypes({ ...schema, $defs: definitions }) as Schema);
  return compile(plain as JSONSchema, name, {
    bannerComment: '// Made from the schema by `npx tsx test/config/generate.ts`.\n',
    style: { singleQuote: true, printWidth: 110, trailingComma: 'all', arrowParens: 'avoid' },
    ignoreMinAndMaxItems: true,
  });
}

const secretReference = { ...secret('Secret value', 'A secret.'), secret: false };

/** Types of the shapes alone: one name for all secrets, and no docstrings on members (the reference has them). */
function plainTypes(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(plainTypes);
  if (node === null || typeof node !== 'object') return node;
  if ('secret' in node && node.secret === true) return { $ref: '#/$defs/secret' };
  const told = 'title' in node ? node : { ...node, description: undefined };
  return Object.fromEntries(
    Object.entries(told)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, plainTypes(value)]),
  );
}
