import type { Schema } from '../model/kind.ts';
import { vocabulary } from './schema/vocabulary.ts';

/** A schema for the world: without the annotations that only our messages use. */
export function published(schema: Schema): Schema {
  return strip(schema) as Schema;
}

function strip(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(strip);
  if (node === null || typeof node !== 'object') return node;
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key]) => !ours.has(key))
      .map(([key, value]) => [key, named.has(key) ? inside(value) : strip(value)]),
  );
}

/** The members of `properties` are names of the author's, which may be words of ours. */
function inside(members: unknown): unknown {
  return Object.fromEntries(Object.entries(members as object).map(([name, node]) => [name, strip(node)]));
}

const named: ReadonlySet<string> = new Set(['properties', '$defs', 'patternProperties']);
const ours: ReadonlySet<string> = new Set([...vocabulary, 'discriminator']);
