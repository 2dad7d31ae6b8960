import { dirname, resolve } from 'node:path';
import type { Cluster } from '../model/cluster.ts';
import { buildCluster } from './build/cluster.ts';
import { type Diagnostic, type Finding, InputProblem, locate } from './diagnostic.ts';
import { type Draft, draft } from './draft/draft.ts';
import { freeze } from './freeze.ts';
import type { Inventory } from './inventory-yaml.ts';
import { lint } from './lint/lint.ts';
import { inventorySchema } from './schema/inventory.ts';
import { secretPlaces } from './secrets/places.ts';
import type { Surroundings } from './secrets/reference.ts';
import { resolveSecrets, standInSecrets } from './secrets/resolve.ts';
import { parseSource, readSource, type Source } from './source.ts';
import { checker } from './validate.ts';

export interface LoadOptions {
  /**
   * `resolve` (the default) follows references and refuses those that lead nowhere; `check` leaves
   * them alone and puts stand-ins in their place: enough to validate, never to act.
   */
  readonly secrets?: 'resolve' | 'check';
  /** For references by `env`, and for programs. Default: this process's. */
  readonly env?: Surroundings['env'];
  /** Milliseconds for a program that prints a secret. */
  readonly patience?: number;
}

/** A cluster, and what is doubtful about its inventory. */
export interface LoadedInventory {
  readonly cluster: Cluster;
  readonly warnings: readonly Diagnostic[];
}

const checkSchema = checker(inventorySchema);

/**
 * Reads an inventory: YAML, schema, lint, secrets, defaults. Throws an InputProblem (exit code 3) that
 * holds every mistake of the file. The cluster is frozen plain data, but for its Secrets.
 */
export async function loadInventory(file: string, options: LoadOptions = {}): Promise<LoadedInventory> {
  const source = await readSource(file);
  const { draft, findings } = judge(source);
  const directory = dirname(resolve(file));
  const places = secretPlaces(draft);
  const resolved =
    options.secrets === 'check'
      ? { secrets: standInSecrets(places), findings: [] }
      : await resolveSecrets(places, source.written, {
          directory,
          env: options.env ?? process.env,
          patience: options.patience ?? 60_000,
        });
  const warnings = refuseErrors(source, [...findings, ...resolved.findings]);
  return { cluster: freeze(buildCluster(draft, directory, resolved.secrets)), warnings };
}

/**
 * Checks the text of an inventory that is in no file yet, as `secrets: 'check'` does; `file` is its name in
 * diagnostics, and where its relative paths begin.
 */
export function checkInventory(file: string, text: string): LoadedInventory {
  const source = parseSource(file, text);
  const { draft, findings } = judge(source);
  const secrets = standInSecrets(secretPlaces(draft));
  const warnings = refuseErrors(source, findings);
  return { cluster: freeze(buildCluster(draft, dirname(resolve(file)), secrets)), warnings };
}

/** The draft of an inventory and what is to be said of it. Throws where there is no draft to go on with. */
function judge(source: Source): { draft: Draft; findings: readonly Finding[] } {
  const faults = checkSchema(source.data);
  const broken = brokenSections(source.data, faults);
  const sound = broken.size === 0 ? source.data : without(source.data, broken);
  const drafted = broken.has('') ? undefined : draft(sound as Inventory);
  const findings = [...faults, ...(drafted === undefined ? [] : lint(drafted, broken))];
  refuseErrors(source, findings);
  if (drafted === undefined) throw new Error('a document without a draft has no errors');
  return { draft: drafted, findings };
}

/** The sections that cannot be trusted; `` where the whole document cannot. */
function brokenSections(data: unknown, faults: readonly Finding[]): ReadonlySet<string> {
  const broken = new Set(faults.map(({ path }) => String(path[0] ?? '')));
  const misnamed = faults.some(({ path, at }) => path.length === 1 && at === 'key');
  for (const name of Object.keys(inventorySchema['properties'] as object)) {
    // What stands under a mistyped name seems to be missing.
    if (misnamed && !Object.hasOwn(data as object, name)) broken.add(name);
  }
  return broken;
}

/** The sections in which the schema found nothing: the others are as good as not there. */
function without(data: unknown, broken: ReadonlySet<string>): unknown {
  const sections = Object.entries(data as object).filter(([name]) => !broken.has(name));
  return { hosts: {}, ...Object.fromEntries(sections) };
}

/** Throws all findings if one is an error, else gives them as warnings with their places. */
function refuseErrors(source: Source, findings: readonly Finding[]): readonly Diagnostic[] {
  const diagnostics = locate(source, findings);
  if (diagnostics.some(({ severity }) => severity === 'error')) throw new InputProblem(diagnostics);
  return diagnostics;
}
