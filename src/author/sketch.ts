import { Document, isMap, isScalar, isSeq, type Node, type Pair } from 'yaml';
import type { Json, JsonObject } from '../model/json.ts';

/** An inventory on its way to a file: its data in the order in which it is written, and what is said about it. */
export interface Sketch {
  /** What stands above it, a line each. */
  readonly head: readonly string[];
  readonly data: JsonObject;
  readonly comments: readonly Remark[];
}

/** What is said above the key at a path; several lines make several comments. */
export interface Remark {
  readonly path: readonly string[];
  readonly text: string;
}

/** The width of the house's example inventories. */
const width = 110;

/**
 * Writes a sketch as people write inventories: small maps on one line, a free line between sections, comments above.
 * `schema` is the path by which an editor finds the schema from where the file will be.
 */
export function inventoryText({ head, data, comments }: Sketch, schema?: string): string {
  const document = new Document(data);
  for (const pair of pairsOf(document.contents)) {
    if (isScalar(pair.key) && pair.key.value !== 'name' && pair.key.value !== 'version')
      pair.key.spaceBefore = true;
  }
  fold(document.contents, 0);
  for (const { path, text } of comments) {
    const key = keyAt(document.contents, path);
    if (key === undefined) throw new Error(`the sketch has no ${path.join('.')}`);
    const said = commentOf(text);
    key.commentBefore = key.commentBefore ? `${key.commentBefore}\n${said}` : said;
  }
  const editor = schema === undefined ? [] : [`yaml-language-server: $schema=${schema}`, ''];
  const top = [...editor, ...head].map(line => `#${commentOf(line)}`);
  const body = document.toString({ lineWidth: 0, flowCollectionPadding: true });
  // The library pads both kinds of brackets or none.
  return `${top.join('\n')}\n${body.replaceAll(/^( *[^#\s].*: )\[ (.*) \]$/gm, '$1[$2]')}`;
}

function commentOf(text: string): string {
  return text
    .split('\n')
    .map(line => (line === '' ? '' : ` ${line}`))
    .join('\n');
}

function pairsOf(node: unknown): readonly Pair[] {
  return isMap(node) ? node.items : [];
}

/** Puts what is small and plain on one line: a map of scalars, a list of them. Sections stay as they are. */
function fold(node: Node | null, depth: number): void {
  if (isSeq(node)) {
    node.flow = node.items.every(isScalar);
    for (const item of node.items) fold(item as Node, depth + 1);
  } else if (isMap(node)) {
    for (const { value } of node.items) fold(value as Node | null, depth + 1);
    const plain = node.items.every(({ value }) => !isMap(value) && !isSeq(value));
    const short = JSON.stringify(node).length < width - 2 * depth - 20;
    node.flow = node.items.length === 0 || (depth > 1 && plain && short);
  }
}

function keyAt(node: unknown, path: readonly string[]): Node | undefined {
  const [first, ...rest] = path;
  const pair = pairsOf(node).find(({ key }) => isScalar(key) && String(key.value) === first);
  if (pair === undefined) return undefined;
  return rest.length === 0 ? (pair.key as Node) : keyAt(pair.value, rest);
}

/** The members that say something, in their order. */
export function said(members: { readonly [name: string]: Json | undefined }): JsonObject {
  return Object.fromEntries(
    Object.entries(members).filter((entry): entry is [string, Json] => entry[1] !== undefined),
  );
}
