import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Sample } from './figures.ts';
import { measure } from './measure.ts';
import type { Scenario, Target, Tool } from './tools/tool.ts';
import { resources } from './work.ts';
import type { World } from './world/world.ts';

/** What is measured with, and where it is written down. */
export interface Bench {
  readonly world: World;
  /** When all must be done, as performance.now() counts. */
  readonly deadline: number;
  readonly samples: Sample[];
  readonly left: string[];
  say(text: string): void;
}

/** Makes a target, hosts that are missing, and the tool's files for it. */
export async function prepare(
  { world }: Bench,
  tool: Tool,
  part: Sample['part'],
  hosts: number,
  detour?: Target['detour'],
): Promise<Target> {
  const folder = join(world.folder, 'work', `${part}-${tool.name}-${hosts}`);
  mkdirSync(folder, { recursive: true });
  const target = { world, hosts: await world.hosts(hosts), folder, ...(detour && { detour }) };
  tool.prepare(target);
  return target;
}

/** How many resources a scenario changes on a host. */
export const changesPerHost: Readonly<Record<Scenario, number>> = {
  first: resources,
  again: 0,
  drift: 1,
  dry: 1,
};

export interface RunOptions {
  /** What the tool must have changed on each host; changesPerHost where it is left out. */
  readonly expected?: number | undefined;
  readonly roundTrips?: (() => number) | undefined;
}

/** One run of a tool: the hosts are put into the state that the scenario begins with, the run is measured, its work checked. */
export async function runOnce(
  bench: Bench,
  part: Sample['part'],
  tool: Tool,
  target: Target,
  scenario: Scenario,
  { expected = changesPerHost[scenario], roundTrips }: RunOptions = {},
): Promise<Sample> {
  const { world } = bench;
  const { hosts } = target;
  if (scenario === 'first') await world.reset(hosts);
  if (scenario === 'drift' || scenario === 'dry') world.drift(hosts);
  const before = world.counts(hosts);
  const measured = await measure(tool.invocation(target, scenario), world.folder, roundTrips === undefined);
  const after = world.counts(hosts);
  const changed = tool.changed(measured, target, scenario);
  if (changed !== expected * hosts.length) {
    throw new Error(
      `${tool.title}, ${scenario}: changed ${changed} resources, not ${expected * hosts.length}`,
    );
  }
  const sample: Sample = {
    part,
    tool: tool.name,
    scenario,
    hosts: hosts.length,
    wall: round(measured.wall),
    cpu: round(measured.cpu),
    memory: measured.memory,
    logins: after.logins - before.logins,
    sessions: after.sessions - before.sessions,
    changed,
    ...(roundTrips && { roundTrips: roundTrips() }),
  };
  bench.samples.push(sample);
  const words = [part, tool.name, scenario, `${hosts.length} hosts`, `${sample.wall.toFixed(2)} s`];
  bench.say(`${words.join('  ')}  cpu ${sample.cpu.toFixed(2)} s  ${(sample.memory / 1e6).toFixed(0)} MB`);
  return sample;
}

/** Milliseconds are what the clocks give. */
function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
