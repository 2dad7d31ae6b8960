import type { Schema } from '../../model/kind.ts';

export type Node = Readonly<Record<string, unknown>>;

/** A map in a document that has keys of its own: one section of the reference. */
export interface Section {
  /** `services.NAME.check`; empty for the whole document. */
  readonly path: string;
  readonly node: Node;
  /** A document that holds just an example of it. */
  readonly example?: unknown;
}

/** How a document is made from a value at the place that the walk is at. */
type Wrap = (value: unknown) => unknown;

/** Every map with keys of its own in a schema, from the top down. */
export function* sections(
  root: Schema,
  node: Node = root,
  path = '',
  wrap: Wrap = value => value,
  outer?: unknown,
  told: Set<unknown> = new Set(),
): Generator<Section> {
  // What several places refer to is told at the first.
  if (node['secret'] === true || told.has(node['properties'])) return;
  if (node['properties'] !== undefined) told.add(node['properties']);
  const [sample] = (node['examples'] ?? []) as readonly unknown[];
  const example = sample === undefined ? outer : wrap(sample);
  if (node['properties'] !== undefined) yield { path, node, ...(example === undefined ? {} : { example }) };
  for (const branch of (node['oneOf'] ?? []) as readonly Node[]) yield { path, node: branch };

  for (const [key, inner] of Object.entries((node['properties'] ?? {}) as Readonly<Record<string, Node>>)) {
    const below = path === '' ? key : `${path}.${key}`;
    yield* sections(root, follow(inner, root), below, value => wrap({ [key]: value }), undefined, told);
  }
  const { additionalProperties, items } = node as { additionalProperties?: Node | false; items?: Node };
  if (additionalProperties && goesOn(additionalProperties)) {
    const inner = follow(additionalProperties, root);
    yield* sections(root, inner, `${path}.NAME`, value => wrap({ [nameIn(sample)]: value }), example, told);
  }
  if (items && goesOn(items)) {
    yield* sections(root, follow(items, root), `${path}[]`, value => wrap([value]), example, told);
  }
}

/** Free data refers to itself, and has no keys of its own. */
function goesOn(node: Node): boolean {
  return node['$ref'] !== '#/$defs/json';
}

/** The name that an example of a map uses. */
function nameIn(sample: unknown): string {
  return (sample !== null && typeof sample === 'object' && Object.keys(sample)[0]) || 'lvs01';
}

/** A node with its reference followed; what stands beside the reference goes first. */
export function follow(node: Node, root: Schema): Node {
  const reference = node['$ref'];
  if (typeof reference !== 'string') return node;
  const found = reference
    .split('/')
    .slice(1)
    .reduce<unknown>((at, word) => (at as Node | undefined)?.[word], root);
  const { $ref: _, ...beside } = node;
  return { ...(found as Node), ...beside };
}
