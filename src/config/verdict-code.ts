import { kinds } from '../kinds/index.ts';
import type { Schema } from '../model/kind.ts';
import { inventorySchema } from './schema/inventory.ts';
import { registrySchema } from './schema/playbook.ts';
import { quickAjv } from './validate.ts';

/** Writes what an ajv has compiled as a module's text, with an export for each name of a schema: ajv/dist/standalone. */
export type Standalone = (
  ajv: ReturnType<typeof quickAjv>,
  names: Readonly<Record<string, string>>,
) => string;

/**
 * The code of `ready-verdicts.ts` as it is built: each schema that lvsform checks anything with, compiled, with imports
 * relative to this directory. A command then compiles none, which was a fifth of the time of a small run
 * (ajv's manual, "Standalone validation code").
 */
export function verdictCode(standalone: Standalone): string {
  const ajv = quickAjv({ source: true });
  const named: [string, string, Schema][] = [
    ['inventory', 'inventorySchema', inventorySchema],
    ['playbook', 'registrySchema', registrySchema],
    ...[...kinds.values()].map(({ name, schema }): [string, string, Schema] => [
      `kind_${name.replaceAll('-', '_')}`,
      `kinds.get(${JSON.stringify(name)})?.schema`,
      schema,
    ]),
  ];
  for (const [name, , schema] of named) ajv.addSchema(schema, name);
  const code = standalone(ajv, Object.fromEntries(named.map(([name]) => [name, name])));
  return `import { kinds } from '../kinds/index.ts';
import { inventorySchema } from './schema/inventory.ts';
import { registrySchema } from './schema/playbook.ts';
${code}
export const ready = new Map([
${named.map(([name, place]) => `  [${place}, ${name}],`).join('\n')}
]);
`;
}
