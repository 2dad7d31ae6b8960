import type { Schema } from '../model/kind.ts';
import type { Path } from './path.ts';

type Node = Readonly<Record<string, unknown>>;

/**
 * The part of a path that leads to a secret, where the path leads to one or into one; else undefined.
 * It follows the data through the schema, because the validator's own schema paths begin anew at each reference.
 */
export function secretOn(path: Path, schema: Schema): Path | undefined {
  let at = alternatives(schema, schema);
  for (const [index, step] of path.entries()) {
    if (at.some(isSecret)) return path.slice(0, index);
    at = at.flatMap(node => alternatives(below(node, step), schema));
  }
  return at.some(isSecret) ? path : undefined;
}

function isSecret(node: Node): boolean {
  return node['secret'] === true;
}

function below(node: Node, step: string | number): unknown {
  if (typeof step === 'number') return node['items'];
  const properties = (node['properties'] ?? {}) as Node;
  return Object.hasOwn(properties, step) ? properties[step] : node['additionalProperties'];
}

/** A schema with its reference followed, and the branches that it may take. */
function alternatives(schema: unknown, root: Schema): readonly Node[] {
  if (schema === null || typeof schema !== 'object') return [];
  const node = schema as Node;
  const reference = node['$ref'];
  const followed = typeof reference === 'string' ? alternatives(named(reference, root), root) : [];
  const branches = [node['oneOf'], node['anyOf'], node['allOf']].flat();
  return [node, ...followed, ...branches.flatMap(branch => alternatives(branch, root))];
}

function named(reference: string, root: Schema): unknown {
  return reference
    .split('/')
    .slice(1)
    .reduce<unknown>((at, word) => (at as Node | undefined)?.[word], root);
}
