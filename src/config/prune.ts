import type { Json } from '../model/json.ts';
import type { Schema } from '../model/kind.ts';

/** Words of JSON Schema that hold a schema, a list of schemas, or schemas by name. */
const one = new Set([
  'items',
  'additionalProperties',
  'propertyNames',
  'contains',
  'if',
  'then',
  'else',
  'not',
]);
const list = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems']);
const named = new Set(['$defs', 'patternProperties', 'dependentSchemas']);

/**
 * A schema without what it says of members that some data has nowhere: the verdict on that data is the same, for `properties`
 * says nothing of members that are absent (JSON Schema, 10.3.2.1), and there is less to compile. The member by which branches
 * are told apart (`discriminator`) stays.
 */
export function prune(schema: Schema, data: unknown): Schema {
  const keep = new Set<string>();
  gather(data, keep);
  discriminators(schema, keep);
  return pruned(schema, keep) as Schema;
}

function pruned(schema: Json | undefined, keep: ReadonlySet<string>): Json {
  if (schema === null || typeof schema !== 'object' || Array.isArray(schema)) return (schema ?? null) as Json;
  const entries = Object.entries(schema).map(([word, value]): [string, Json] => {
    if (word === 'properties') return [word, each(value as Schema, keep, name => keep.has(name))];
    if (named.has(word)) return [word, each(value as Schema, keep, () => true)];
    if (one.has(word)) return [word, pruned(value, keep)];
    if (list.has(word) && Array.isArray(value)) return [word, value.map(inner => pruned(inner, keep))];
    return [word, value as Json];
  });
  return Object.fromEntries(entries);
}

function each(schemas: Schema, keep: ReadonlySet<string>, wanted: (name: string) => boolean): Json {
  const kept = Object.entries(schemas).filter(([name]) => wanted(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, pruned(value, keep)]));
}

/** The names of all members, at any depth. */
function gather(data: unknown, names: Set<string>): void {
  if (Array.isArray(data)) for (const item of data) gather(item, names);
  else if (data !== null && typeof data === 'object') {
    for (const [name, value] of Object.entries(data)) {
      names.add(name);
      gather(value, names);
    }
  }
}

function discriminators(schema: unknown, names: Set<string>): void {
  if (Array.isArray(schema)) for (const item of schema) discriminators(item, names);
  else if (schema !== null && typeof schema === 'object') {
    for (const [word, value] of Object.entries(schema)) {
      if (word === 'discriminator') names.add(String((value as { propertyName?: unknown }).propertyName));
      discriminators(value, names);
    }
  }
}
