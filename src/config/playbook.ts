import { kinds as registry } from '../kinds/index.ts';
import type { RoleName, RolePart } from '../model/cluster.ts';
import type { AnyKind } from '../model/kind.ts';
import type { Playbook, ResourceEntry } from '../model/playbook.ts';
import { type Finding, InputProblem, locate } from './diagnostic.ts';
import { type Path, valueAt } from './path.ts';
import { playbookSchema, registrySchema } from './schema/playbook.ts';
import { readSource, type Source } from './source.ts';
import { checker } from './validate.ts';

/** A playbook with the file that it came from, so that a mistake found later still has a place. */
export interface LoadedPlaybook extends Playbook {
  readonly source: Source;
}

/** A playbook as its YAML is, once the schema has passed. */
interface PlaybookYaml {
  readonly name: string;
  readonly at_once_while_idle?: boolean;
  readonly stages: readonly StageYaml[];
}

interface StageYaml {
  readonly name: string;
  readonly hosts: readonly string[];
  readonly roles?: readonly (RoleName | RolePart)[];
  readonly resources?: readonly Readonly<Record<string, unknown>>[];
}

/**
 * Reads a playbook. Throws an InputProblem (exit code 3) with every mistake that shows without a cluster; what
 * depends on expressions (`{{host.name}}`) is checked by `compile`, for each host.
 */
export async function loadPlaybook(
  file: string,
  kinds: ReadonlyMap<string, AnyKind> = registry,
): Promise<LoadedPlaybook> {
  const source = await readSource(file);
  const faults = checker(kinds === registry ? registrySchema : playbookSchema(kinds))(source.data);
  const findings = [...faults, ...specFaults(source.data, kinds), ...sameNames(source.data)];
  if (findings.length > 0) throw new InputProblem(locate(source, findings));
  const { name, at_once_while_idle: atOnceWhileIdle = false, stages } = source.data as PlaybookYaml;
  return { name, atOnceWhileIdle, stages: stages.map(stageOf), source };
}

function stageOf({ name, hosts, roles = [], resources = [] }: StageYaml): Playbook['stages'][number] {
  return { name, hosts, roles, resources: resources.map(entryOf) };
}

function entryOf(entry: Readonly<Record<string, unknown>>): ResourceEntry {
  const [kind = '', spec] = Object.entries(entry)[0] ?? [];
  return { kind, spec };
}

/** What the kinds' own schemas say of every spec, but for values that only a rendering will show. */
function specFaults(data: unknown, kinds: ReadonlyMap<string, AnyKind>): readonly Finding[] {
  const found: Finding[] = [];
  for (const { path, kind, spec } of specs(data)) {
    const check = kinds.get(kind);
    if (check === undefined) continue;
    for (const finding of checker(check.schema)(spec)) {
      const value = valueAt(spec, finding.path);
      if (finding.at === 'value' && hasExpression(value)) continue;
      found.push({ ...finding, path: [...path, ...finding.path] });
    }
  }
  return found;
}

/** Whether a value is a text with an expression in it. */
export function hasExpression(value: unknown): value is string {
  return typeof value === 'string' && value.includes('{{');
}

/** Where the spec of an entry stands. */
export function pathOfSpec(stage: number, entry: number, kind: string): Path {
  return ['stages', stage, 'resources', entry, kind];
}

function* specs(data: unknown): Generator<{ path: Path; kind: string; spec: unknown }> {
  for (const [stage, { resources }] of members(data, 'stages')) {
    if (!Array.isArray(resources)) continue;
    for (const [index, entry] of resources.entries()) {
      if (entry === null || typeof entry !== 'object') continue;
      for (const [kind, spec] of Object.entries(entry)) {
        yield { path: pathOfSpec(stage, index, kind), kind, spec };
      }
    }
  }
}

function sameNames(data: unknown): readonly Finding[] {
  const first = new Map<unknown, number>();
  const found: Finding[] = [];
  for (const [index, { name }] of members(data, 'stages')) {
    const other = first.get(name);
    if (other === undefined || typeof name !== 'string') first.set(name, index);
    else {
      const message = `another stage has this name (number ${other + 1})`;
      found.push({ path: ['stages', index, 'name'], at: 'value', severity: 'error', message });
    }
  }
  return found;
}

/** The maps in a list of a document that may be anything yet. */
function members(data: unknown, list: string): readonly [number, Readonly<Record<string, unknown>>][] {
  const found = valueAt(data, [list]);
  if (!Array.isArray(found)) return [];
  return [...found.entries()].filter(([, entry]) => entry !== null && typeof entry === 'object');
}
