import { stringify } from 'yaml';
import type { Schema } from '../../model/kind.ts';
import { code, typeWords } from './type-words.ts';
import { follow, type Node } from './walk.ts';

/** A section of a reference: heading, what it is about, its keys, an example. */
export function section(heading: string, node: Node, root: Schema, example?: unknown): string {
  const parts = [
    heading,
    String(node['description'] ?? ''),
    table(node, root),
    example === undefined ? '' : block(example),
  ];
  return parts.filter(part => part !== '').join('\n\n');
}

/** A value as YAML in a code block. */
export function block(value: unknown): string {
  return `\`\`\`yaml\n${stringify(value, { lineWidth: 100, flowCollectionPadding: true }).trimEnd()}\n\`\`\``;
}

function table(node: Node, root: Schema): string {
  const properties = Object.entries((node['properties'] ?? {}) as Readonly<Record<string, Node>>);
  if (properties.length === 0) return '';
  const required = (node['required'] ?? []) as readonly string[];
  const rows = properties.map(([key, property]) => {
    const inner = follow(property, root);
    const need = required.includes(key)
      ? 'required'
      : inner['default'] === undefined
        ? ''
        : code(inner['default']);
    return [code(key), typeWords(inner), need, meaning(inner)];
  });
  return columns(['Key', 'Value', 'Default', 'Meaning'], rows);
}

/** A table of Markdown, its columns in line. */
export function columns(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [heads, ...rows].map(row => row.map(cell));
  const widths = heads.map((_, column) => Math.max(3, ...cells.map(row => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${row.map((text, at) => text.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  const rule = widths.map(width => '-'.repeat(width));
  return [cells[0] ?? [], rule, ...cells.slice(1)].map(line).join('\n');
}

function meaning(node: Node): string {
  const [sample] = (node['examples'] ?? []) as readonly unknown[];
  const description = String(node['summary'] ?? node['description'] ?? '');
  const flat = sample !== undefined && (typeof sample !== 'object' || Array.isArray(sample));
  const text = flat ? inline(sample) : '';
  return flat && ![inline(node['default']), inline(node['const'])].includes(text)
    ? `${description} Example: ${code(text)}`
    : description;
}

function inline(value: unknown): string {
  if (value === undefined) return '';
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trimEnd();
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
