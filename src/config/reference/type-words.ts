import type { Node } from './walk.ts';

const words: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'whole number',
  number: 'number',
  boolean: '`true` or `false`',
  object: 'map',
  array: 'list',
  null: 'nothing',
};

/** What may stand at a place, in a few words: "whole number, 1 to 255". */
export function typeWords(node: Node): string {
  if (node['secret'] === true) return '[secret](#secrets)';
  if (node['const'] !== undefined) return code(node['const']);
  if (Array.isArray(node['enum'])) return node['enum'].map(code).join(', ');
  if (Array.isArray(node['oneOf'])) return 'map, by `type`';
  const types = [node['type'] ?? []].flat().map(String);
  const said = types.filter(type => type !== 'null').map(type => words[type] ?? type);
  return [said.join(' or '), range(node), entries(node, types)].filter(Boolean).join(', ');
}

function range({ minimum, maximum }: Node): string {
  if (minimum === undefined && maximum === undefined) return '';
  if (maximum === undefined) return `at least ${String(minimum)}`;
  return minimum === undefined ? `at most ${String(maximum)}` : `${String(minimum)} to ${String(maximum)}`;
}

function entries(node: Node, types: readonly string[]): string {
  const items = node['items'] as Node | undefined;
  if (!types.includes('array') || items === undefined || items['properties'] !== undefined) return '';
  return Array.isArray(items['enum']) ? `of ${items['enum'].map(code).join(', ')}` : '';
}

/** A value as code in Markdown. */
export function code(value: unknown): string {
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}
