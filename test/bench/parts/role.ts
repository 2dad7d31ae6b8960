import { type Bench, prepare, runOnce } from '../bench.ts';
import type { Options } from '../options.ts';
import type { Tool } from '../tools/tool.ts';
import { mostWired } from '../world/world.ts';

/** Four sysctls, the VIP, a script, what runs it at boot, its service: a real server that is reached by DR. */
const perHost = 8;

/** The role of a real server on all hosts: made, and run again. */
export async function role(bench: Bench, tool: Tool, { sizes, runs }: Options): Promise<void> {
  const size = Math.min(mostWired, Math.max(...sizes));
  const target = await prepare(bench, tool, 'role', size);
  for (let round = 0; round < runs; round += 1) {
    await runOnce(bench, 'role', tool, target, 'first', { expected: perHost });
    await runOnce(bench, 'role', tool, target, 'again');
  }
}
