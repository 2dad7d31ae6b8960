import { availableParallelism } from 'node:os';
import type { Sample } from './figures.ts';
import type { Scenario, Tool, ToolName } from './tools/tool.ts';

/** Seconds a host that a run is taken to need before one was seen: from a quiet machine with two cores. */
const firstGuess: Readonly<Record<ToolName, number>> = {
  ssh: 0.05,
  lvsform: 0.1,
  pyinfra: 0.5,
  mitogen: 1.5,
  ansible: 4,
};

/** Seconds that any run of the tool takes, however few hosts there are. */
const atLeast = 5;

/** How long a run will take, judged by those that were seen: of the same tool, rather of the same scenario, in size next to it. */
export function expectedSeconds(
  samples: readonly Sample[],
  tool: ToolName,
  scenario: Scenario,
  hosts: number,
  cores = availableParallelism(),
): number {
  const seen = samples
    .filter(sample => sample.tool === tool && sample.part === 'fleet')
    .toSorted((a, b) => strangeness(a) - strangeness(b))[0];
  if (seen === undefined) return Math.max(atLeast, firstGuess[tool] * hosts);
  // Twice the hosts take at most twice the time, but a single one keeps only one core busy; half the hosts may take as long.
  const busy = seen.hosts === 1 && hosts > 1 ? Math.min(cores, hosts) : 1;
  return seen.wall * Math.max(1, hosts / seen.hosts / busy);

  function strangeness(sample: Sample): number {
    return Math.abs(Math.log(sample.hosts / hosts)) + (sample.scenario === scenario ? 0 : 0.1);
  }
}

/** How often a tool runs: what a comparison is about often, what takes minutes once or not at all. */
export function runsOf(
  { name }: Tool,
  scenario: Scenario,
  hosts: number,
  { runs, quick }: { readonly runs: number; readonly quick: boolean },
): number {
  if (name === 'ssh' || name === 'lvsform') return hosts > mostForPeers && scenario !== 'again' ? 1 : runs;
  if (hosts > mostForPeers) return 0;
  if (quick) return scenario === 'again' ? 1 : 0;
  if (hosts === 1) return scenario === 'again' ? Math.min(3, runs) : 1;
  if (hosts <= 10) return 1;
  return scenario === 'again' || name === 'pyinfra' ? 1 : 0;
}

/** Beyond so many hosts one run of Ansible alone would take most of the time there is. */
export const mostForPeers = 50;

/** The largest size that all tools run at comes first, so that there is time for it; then the rest, small ones first. */
export function orderOfSizes(sizes: readonly number[]): readonly number[] {
  const sorted = sizes.toSorted((a, b) => a - b);
  const shared = sorted.filter(size => size <= mostForPeers).slice(-1);
  return [...shared, ...sorted.filter(size => !shared.includes(size))];
}
