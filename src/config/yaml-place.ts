import { type Document, isAlias, isMap, isPair, isScalar, isSeq, type Node, type Pair } from 'yaml';
import type { Path } from './path.ts';

interface Place {
  readonly pair: Pair | undefined;
  readonly node: unknown;
}

/** The node at a path, or the deepest on the way to it; `pair` is the key that leads to it. */
function find(document: Document, path: Path): Place {
  let place: Place = { pair: undefined, node: resolve(document, document.contents) };
  for (const step of path) {
    const { node } = place;
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => String(isScalar(key) ? key.value : key) === String(step));
      if (pair === undefined) return place;
      place = { pair, node: resolve(document, pair.value) };
    } else if (isSeq(node) && typeof step === 'number') {
      const item = node.items[step];
      if (item === undefined) return place;
      place = { pair: undefined, node: isPair(item) ? item : resolve(document, item) };
    } else return place;
  }
  return place;
}

function resolve(document: Document, node: unknown): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}

/** Where the key or the value at a path begins, counted in characters. */
export function offsetOf(document: Document, path: Path, part: 'key' | 'value'): number {
  const { pair, node } = find(document, path);
  const key = start(pair?.key) ?? 0;
  if (part === 'key' && pair !== undefined) return key;
  // A map or a list over several lines begins at its first entry, which says little: its key says more.
  const block = (isMap(node) || isSeq(node)) && node.flow !== true;
  return block && pair !== undefined ? key : (start(node) ?? key);
}

/** Where a node begins. */
export function start(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}

/** A scalar as it is written, or undefined where the path leads to none. */
export function writtenAt(document: Document, path: Path): string | undefined {
  const { node } = find(document, path);
  return isScalar(node) ? node.source : undefined;
}
