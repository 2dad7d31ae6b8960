import type { Bench } from '../bench.ts';
import type { PlanSample } from '../figures.ts';
import { measure } from '../measure.ts';
import type { Options } from '../options.ts';
import { start } from '../world/shell.ts';

/** Planning alone, with no host: processes of their own, so that none profits from the one before. */
export async function plan(bench: Bench, { runs }: Options): Promise<PlanSample[]> {
  const samples: PlanSample[] = [];
  const program = new URL('../plan-child.ts', import.meta.url).pathname;
  for (let round = 0; round < runs; round += 1) {
    for (const resources of [1_000, 10_000]) {
      const told = await start([process.execPath, '--import', 'tsx', program, `${resources}`]);
      const sample = JSON.parse(told) as PlanSample;
      samples.push(sample);
      bench.say(
        `plan  ${resources} resources  ${sample.seconds.toFixed(2)} s  ${(sample.memory / 1e6).toFixed(0)} MB`,
      );
    }
  }
  return samples;
}

/** How long it takes until the help is there, against a node that does nothing. */
export async function startUp(
  bench: Bench,
  { runs, program }: Options,
): Promise<{ readonly help: number[]; readonly node: number[] }> {
  const seconds = { help: [] as number[], node: [] as number[] };
  const [node] = program;
  const at = { env: {}, cwd: bench.world.folder };
  for (let round = 0; round < 2 * runs; round += 1) {
    const nothing = await measure({ argv: [node, '-e', '0'], ...at }, bench.world.folder, false);
    seconds.node.push(nothing.wall);
    const help = await measure({ argv: [...program, '--help'], ...at }, bench.world.folder, false);
    seconds.help.push(help.wall);
  }
  return seconds;
}
