import { delayProxy } from '../../transport/delay-proxy.ts';
import { type Bench, prepare, runOnce } from '../bench.ts';
import { expectedSeconds, runsOf } from '../budget.ts';
import type { Options } from '../options.ts';
import type { Scenario, Target, Tool } from '../tools/tool.ts';

/** Milliseconds there and back. */
export const roundTrip = 50;

/** One host that is far away: a proxy in between holds everything back, and counts the round trips. */
export async function far(
  bench: Bench,
  tools: readonly Tool[],
  options: Options,
  reserve: number,
): Promise<void> {
  const [host] = await bench.world.hosts(1);
  if (host === undefined) return;
  const proxy = await delayProxy(22, roundTrip, host.address);
  try {
    const detour = { address: '127.0.0.1', port: proxy.port };
    bench.world.know(`[${detour.address}]:${detour.port}`);
    const targets: { readonly tool: Tool; readonly target: Target }[] = [];
    for (const tool of tools) targets.push({ tool, target: await prepare(bench, tool, 'far', 1, detour) });
    for (let round = 0; round < options.runs; round += 1) {
      for (const scenario of ['first', 'again'] as const) {
        for (const { tool, target } of targets) {
          if (!tool.does.includes(scenario) || round >= rounds(tool, scenario, options)) continue;
          // A far host makes the slow ones a little slower still.
          const seconds = 2 * expectedSeconds(bench.samples, tool.name, scenario, 1);
          if (round > 0 && performance.now() + (seconds + reserve) * 1000 > bench.deadline) continue;
          const before = proxy.allRoundTrips();
          await runOnce(bench, 'far', tool, target, scenario, {
            roundTrips: () => proxy.allRoundTrips() - before,
          });
        }
      }
    }
  } finally {
    await proxy.stop();
  }
}

/** Of the other tools the re-run alone is looked at. */
function rounds(tool: Tool, scenario: Scenario, options: Options): number {
  const isPeer = tool.name !== 'lvsform' && tool.name !== 'ssh';
  return isPeer && scenario === 'first' ? 0 : runsOf(tool, scenario, 1, options);
}
