import type { Figures } from '../figures.ts';
import { type Table, tables } from './tables.ts';

/** All tables, for a terminal: what docs/benchmarks.md has of them. */
export function textOf(figures: Figures): string {
  return tables(figures)
    .map(table => `${table.title}\n\n${markdown(table)}`)
    .join('\n\n');
}

/** A table of Markdown with columns of one width, which is how the formatter leaves it. */
export function markdown({ head, rows }: Table): string {
  const widths = head.map((_, column) =>
    Math.max(3, ...[head, ...rows].map(row => [...(row[column] ?? '')].length)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd((widths[column] ?? 0) + cell.length - [...cell].length)).join(' | ')} |`;
  return [line(head), line(widths.map(width => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
