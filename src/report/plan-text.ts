import { structuredPatch } from 'diff';
import type { Change, HostPlan, Plan } from '../model/change.ts';
import { canonical, type Json } from '../model/json.ts';
import { foldNames } from '../model/names.ts';
import { glyph } from './glyph.ts';
import type { Paint } from './paint.ts';
import { summary } from './summary.ts';
import { indent, printable } from './text.ts';

/** Hosts from which on their same changes are shown once. */
const crowd = 4;

/**
 * A plan for people: a block a host and stage, each change with why, effect and unified diff; one summary line. What many
 * hosts of a stage change in the same way is shown once, before what each of them changes by itself.
 */
export function planText(plan: Plan, paint: Paint): string {
  const stages = new Map<string, HostPlan[]>();
  for (const one of plan.hosts) {
    const same = stages.get(one.stage) ?? [];
    stages.set(one.stage, same);
    same.push(one);
  }
  const blocks = [...stages].flatMap(([stage, plans]) =>
    blocksOf(plans).map(({ hosts, changes }) =>
      [
        paint.title(foldNames(hosts)) +
          paint.faint(hosts.length > 1 ? `  (${stage}, ${hosts.length} hosts alike)` : `  (${stage})`),
        ...changes.map(change => indent(changeText(change, paint), '  ')),
      ].join('\n'),
    ),
  );
  return [...blocks, summary(plan)].join('\n\n');
}

interface Block {
  readonly hosts: readonly string[];
  readonly changes: Change[];
}

/** Changes by the hosts that make them, in the order of the plan: all that just these hosts make is one block. */
function blocksOf(plans: readonly HostPlan[]): readonly Block[] {
  if (plans.length < crowd)
    return plans.map(({ host, changes }) => ({ hosts: [host], changes: [...changes] }));
  const makers = new Map<string, { change: Change; hosts: string[] }>();
  for (const { host, changes } of plans) {
    for (const change of changes) {
      const key = canonical(shownOf(change));
      const same = makers.get(key) ?? { change, hosts: [] };
      makers.set(key, same);
      same.hosts.push(host);
    }
  }
  const blocks = new Map<string, Block>();
  const put = (hosts: readonly string[], change: Change) => {
    const key = hosts.join(' ');
    const block = blocks.get(key) ?? { hosts, changes: [] };
    blocks.set(key, block);
    block.changes.push(change);
  };
  for (const { change, hosts } of makers.values()) {
    if (hosts.length >= crowd) put(hosts, change);
  }
  for (const { host, changes } of plans) {
    for (const change of changes) {
      const { hosts = [] } = makers.get(canonical(shownOf(change))) ?? {};
      if (hosts.length < crowd) put([host], change);
    }
  }
  return [...blocks.values()];
}

/** All of a change that a reader sees. */
function shownOf({ address, action, from, to, reason, effect }: Change): Json {
  return { address, action, from: from ?? null, to: to ?? null, reason: reason ?? '', effect: effect ?? '' };
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
