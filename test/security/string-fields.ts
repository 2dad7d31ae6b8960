import type { Schema } from '../../src/model/kind.ts';

/** A place of a schema at which a text may stand. */
export interface StringField {
  /** `hosts.*.interfaces.*`; `<name>` is for names that a user gives. */
  readonly path: string;
  readonly schema: Schema;
}

/** Every place of a schema at which a text may stand that is not one of a few given words. Found by walking, so a new field is among them. */
export function stringFields(schema: Schema): readonly StringField[] {
  const found = new Map<string, StringField>();
  walk(schema, '', [], field => found.set(`${field.path} ${JSON.stringify(field.schema)}`, field));
  return [...found.values()];
}

const inside = ['anyOf', 'oneOf', 'allOf', 'prefixItems'] as const;
const one = ['if', 'then', 'else', 'not'] as const;

function walk(
  node: unknown,
  path: string,
  above: readonly unknown[],
  tell: (field: StringField) => void,
): void {
  if (node === null || typeof node !== 'object' || above.includes(node)) return;
  const schema = node as Record<string, unknown>;
  const within = [...above, node];
  const types = [schema['type']].flat();
  const closed = 'enum' in schema || 'const' in schema;
  if (!closed && types.includes('string')) tell({ path, schema: leafOf(schema) });
  for (const [name, each] of Object.entries((schema['properties'] ?? {}) as object))
    walk(each, path === '' ? name : `${path}.${name}`, within, tell);
  walk(schema['additionalProperties'], `${path}.*`, within, tell);
  for (const each of Object.values((schema['patternProperties'] ?? {}) as object))
    walk(each, `${path}.*`, within, tell);
  const names = schema['propertyNames'];
  if (names !== undefined) walk({ type: 'string', ...(names as object) }, `${path}.<name>`, within, tell);
  walk(schema['items'], `${path}[]`, within, tell);
  for (const word of inside)
    for (const each of (schema[word] ?? []) as readonly unknown[]) walk(each, path, within, tell);
  // What stands under `not` and `if` only narrows what stands elsewhere.
  for (const word of one.filter(name => name === 'then' || name === 'else'))
    walk(schema[word], path, within, tell);
}

/** What of a schema is about a text. */
function leafOf(schema: Record<string, unknown>): Schema {
  const about = ['pattern', 'format', 'minLength', 'maxLength', 'not'] as const;
  const kept = about.filter(word => word in schema).map(word => [word, schema[word]]);
  return { type: 'string', ...Object.fromEntries(kept) } as Schema;
}
