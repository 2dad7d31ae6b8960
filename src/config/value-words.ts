import { quoted } from './quoted.ts';

/** A value as YAML in one line. */
export function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (value !== null && typeof value === 'object') {
    const members = Object.entries(value).map(([key, inner]) => `${key}: ${flow(inner)}`);
    return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
  }
  return typeof value === 'string' && !/^[A-Za-z/~][\w./~-]*$/.test(value) ? quoted(value) : String(value);
}

/** A value as it stands in a message: short, and its odd characters made visible. */
export function show(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (value !== null && typeof value === 'object') return 'a map';
  const text = quoted(value);
  return text.length > 60 ? `${text.slice(0, 57)}..."` : text;
}
