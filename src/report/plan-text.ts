import { structuredPatch } from 'diff';
import type { Change, Plan } from '../model/change.ts';
import type { Json } from '../model/json.ts';
import { glyph } from './glyph.ts';
import type { Paint } from './paint.ts';
import { summary } from './summary.ts';
import { indent, printable } from './text.ts';

/** A plan for people: a block a host and stage, each change with why, effect and unified diff; one summary line. */
export function planText(plan: Plan, paint: Paint): string {
  const blocks = plan.hosts.map(({ host, stage, changes }) =>
    [
      paint.title(`${host}`) + paint.faint(`  (${stage})`),
      ...changes.map(change => indent(changeText(change, paint), '  ')),
    ].join('\n'),
  );
  return [...blocks, summary(plan)].join('\n\n');
}

function changeText(change: Change, paint: Paint): string {
  const head = `${glyph(change.action, paint)} ${printable(change.address)}`;
  const why = change.reason ? [paint.faint(`why: ${printable(change.reason)}`)] : [];
  const effect = change.effect ? [paint.faint(`effect: ${printable(change.effect)}`)] : [];
  return [head, ...[...why, ...effect, ...diffLines(change, paint)].map(line => `    ${line}`)].join('\n');
}

function diffLines({ from, to }: Change, paint: Paint): readonly string[] {
  const before = from === undefined ? '' : stateText(from);
  const after = to === undefined ? '' : stateText(to);
  if (from !== undefined && to !== undefined && before === after)
    return [paint.faint('(only what is secret differs)')];
  const { hunks } = structuredPatch('', '', before, after, '', '', { context: 3 });
  return hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => [
    ...(from === undefined || to === undefined
      ? []
      : [paint.faint(`@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`)]),
    ...lines.map(line => tint(line, paint)),
  ]);
}

function tint(line: string, paint: Paint): string {
  if (line.startsWith('+')) return paint.create(line);
  return line.startsWith('-') ? paint.remove(line) : line;
}

/** A state as lines, in a fixed order, so that two of them can be compared line by line. */
function stateText(state: Json): string {
  return printable(`${lines(state, '').join('\n')}\n`);
}

function lines(value: Json | undefined, path: string): readonly string[] {
  if (value === undefined || value === null) return path === '' ? [] : [`${path}: none`];
  if (typeof value === 'string' && value.includes('\n')) {
    const text = value.endsWith('\n') ? value.slice(0, -1) : `${value}\n(no newline at the end)`;
    return [`${path}:`, ...text.split('\n').map(line => `  ${line}`)];
  }
  if (typeof value !== 'object') return [`${path}: ${value}`];
  const entries = Array.isArray(value)
    ? value.map((one, index) => [String(index), one] as const)
    : Object.entries(value);
  if (entries.length === 0) return [`${path}: none`];
  return [...entries]
    .sort(([a, x], [b, y]) => Number(isLong(x)) - Number(isLong(y)) || (a < b ? -1 : 1))
    .flatMap(([key, inner]) => lines(inner as Json | undefined, path === '' ? key : `${path}.${key}`));
}

/** Texts of many lines (the content of a file) come last, after the short members. */
function isLong(value: unknown): boolean {
  return typeof value === 'string' && value.includes('\n');
}
