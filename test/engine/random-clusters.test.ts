// timeout: 600 s
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { stringify } from 'yaml';
import { InputProblem } from '../../src/config/diagnostic.ts';
import { loadInventory } from '../../src/config/inventory.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { figure } from '../faults/figure.ts';
import { type Drift, drift, drifts, live, type Past, pasts } from './drift.ts';
import { differences, done, Fleet, planned, site } from './fleet.ts';
import { hostNames, inventories } from './generated-inventory.ts';

/** What is predicted is what is made: over clusters that nobody has written, on hosts that have a past and drift. */
const test = suite('generated clusters');
const goal = Number(process.env['CLUSTERS'] ?? 200);
const file = join(tmpdir(), `lvsform-generated-${process.pid}.yml`);
const figures = { clusters: 0, kept: 0, changes: 0, refused: 0, drifted: 0 };

test.after(() => rmSync(file, { force: true }));

/** Predicts, makes, and predicts again: answers the number of changes made. */
async function make(fleet: Fleet, open: () => ReturnType<Fleet['open']>, what: string): Promise<number> {
  const before = fleet.dump();
  const dry = await open();
  assert.equal(differences(before, fleet.dump()), [], `${what}: a plan writes nothing`);
  await dry.close();
  const begun = fleet.events.length;
  const run = await open();
  assert.equal(planned(run), planned(dry), `${what}: the same plan twice`);
  const made = await run.apply().catch((error: Error) => {
    const failed = fleet.events.flatMap(event =>
      event.event === 'host.failed' ? [`${event.host}: ${event.error.what}; ${event.error.why ?? ''}`] : [],
    );
    throw new Error(`${what}: ${error.message}: ${failed.join(' / ')}`);
  });
  await run.close();
  const predicted = planned(dry);
  assert.equal(
    [...done(fleet.events.slice(begun))].sort(),
    [...predicted].sort(),
    `${what}: predicted is made`,
  );
  assert.is(made, predicted.length, what);
  const again = await open();
  assert.equal(planned(again), [], `${what}: nothing is left`);
  await again.close();
  return made;
}

interface Scene {
  readonly data: JsonObject;
  readonly past: readonly Past[];
  readonly drifted: readonly Drift[];
}

const scenes: fc.Arbitrary<Scene> = fc.record({
  data: inventories,
  past: fc.array(pasts, { minLength: hostNames.length, maxLength: hostNames.length }),
  drifted: drifts,
});

/** Whether the lint takes the inventory. */
async function isValid(): Promise<boolean> {
  try {
    await loadInventory(file);
    return true;
  } catch (error) {
    if (error instanceof InputProblem) return false;
    throw error;
  }
}

async function whole({ data, past, drifted }: Scene): Promise<void> {
  const names = Object.keys(data['hosts'] as object);
  const fleet = new Fleet(names);
  for (const [index, name] of names.entries()) live(fleet.host(name).state, past[index] as Past);
  const start = fleet.dump();
  figures.changes += await make(fleet, () => fleet.open(file, site), 'up');
  const standing = fleet.dump();
  const states = names.map(name => fleet.host(name).state);
  for (const each of drifted) drift(states, each);
  const more = await make(fleet, () => fleet.open(file, site), 'drift');
  figures.changes += more;
  if (more > 0) figures.drifted += 1;
  // What is nobody's to repair (a service that is not ours was stopped by hand) stays as it is, to the end.
  const foreign = new Set(differences(standing, fleet.dump()).map(placeOf));
  figures.changes += await make(fleet, () => fleet.openDown(file), 'down');
  const left = differences(start, fleet.dump()).filter(each => !foreign.has(placeOf(each)));
  assert.is(left.join('\n'), '', `down gives the start back: ${left.join('; ')}`);
  figures.kept += 1;
}

test('predicted changes are the changes made, the second plan is empty, and down gives the start back', async () => {
  const broken: string[] = [];
  const seed = Number(process.env['SEED'] ?? 2026);
  for (const scene of fc.sample(scenes, { numRuns: 3 * goal, seed })) {
    if (figures.clusters === goal) break;
    writeFileSync(file, stringify(scene.data));
    if (!(await isValid())) {
      figures.refused += 1;
      continue;
    }
    figures.clusters += 1;
    await whole(scene).catch((error: Error) => {
      broken.push(`${error.stack ?? error.message}\n${JSON.stringify(scene)}`);
    });
  }
  assert.is(broken.join('\n\n'), '');
});

test('the figure', () => {
  const { clusters, kept, changes, refused, drifted } = figures;
  process.stdout.write(
    `${clusters} clusters (${drifted} of which had drifted, ${refused} more were refused by the lint), ${changes} changes\n`,
  );
  assert.ok(figure('generated-clusters', clusters, 'clusters', { atLeast: goal }));
  assert.ok(figure('predicted-is-made', (100 * kept) / clusters, '%', { atLeast: 100 }));
});

/** Where two hosts differ, without how. */
function placeOf(difference: string): string {
  return difference.replace(/: .*$/s, '');
}

test.run();
