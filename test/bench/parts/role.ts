import { type Bench, prepare, runOnce } from '../bench.ts';
import type { Options } from '../options.ts';
import type { Tool } from '../tools/tool.ts';

/** Hosts of the part, at most. */
const most = 50;

/** Four sysctls, the VIP, a script, what runs it at boot, its service: a real server that is reached by DR. */
const perHost = 8;

/** The role of a real server on all hosts: made, and run again. */
export async function role(bench: Bench, tool: Tool, { sizes, runs }: Options): Promise<void> {
  const size = Math.min(most, Math.max(...sizes));
  await bench.world.grow(size);
  const target = prepare(bench, tool, 'role', size);
  for (let round = 0; round < runs; round += 1) {
    await runOnce(bench, 'role', tool, target, 'first', { expected: perHost });
    await runOnce(bench, 'role', tool, target, 'again');
  }
}
