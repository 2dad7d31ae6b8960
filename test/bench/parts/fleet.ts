import { type Bench, prepare, runOnce } from '../bench.ts';
import { expectedSeconds, orderOfSizes, runsOf } from '../budget.ts';
import type { Options } from '../options.ts';
import type { Scenario, Target, Tool } from '../tools/tool.ts';

/**
 * The comparison: for each number of hosts, rounds in which the tools take turns at each scenario, so that a machine that
 * is busy for a while is busy for all of them. `reserve` is what the parts that follow need, in seconds.
 */
export async function fleet(
  bench: Bench,
  tools: readonly Tool[],
  options: Options,
  reserve: number,
): Promise<void> {
  for (const size of orderOfSizes(options.sizes)) {
    const targets = new Map<Tool, Target>();
    for (const tool of tools) targets.set(tool, await prepare(bench, tool, 'fleet', size));
    const given = new Set<string>();
    for (let round = 0; round < options.runs; round += 1) {
      for (const scenario of order) {
        for (const tool of inTurn(tools, scenario)) {
          const target = targets.get(tool);
          if (target === undefined || round >= runsOf(tool, scenario, size, options)) continue;
          const isPeer = tool.name !== 'lvsform' && tool.name !== 'ssh';
          const what = `${tool.title}, ${scenario}, ${size} hosts`;
          const seconds = expectedSeconds(bench.samples, tool.name, scenario, size);
          if (isPeer && performance.now() + (seconds + reserve) * 1000 > bench.deadline) {
            if (round === 0 && !given.has(what))
              bench.left.push(`${what}: about ${Math.round(seconds)} s more did not fit`);
            given.add(what);
            continue;
          }
          if (!(await works(bench, isPeer, () => runOnce(bench, 'fleet', tool, target, scenario))))
            targets.delete(tool);
        }
      }
    }
  }
}

/** Last comes what mends the drift that a dry run leaves: a round that makes no fresh hosts begins in sync, too. */
const order: readonly Scenario[] = ['first', 'again', 'dry', 'drift'];

/** Another tool that does not do its work is left out from there on, with its words; lvsform's failures are errors. */
async function works(bench: Bench, isPeer: boolean, run: () => Promise<unknown>): Promise<boolean> {
  try {
    await run();
    return true;
  } catch (error) {
    if (!isPeer || !(error instanceof Error)) throw error;
    bench.say(error.message);
    bench.left.push(error.message.split('\n', 1)[0] ?? '');
    return false;
  }
}

/**
 * lvsform is the last one to make fresh hosts: it sets the kernel's parameters too, which the others' tasks leave alone, so
 * hosts that it has made are in sync for all of them.
 */
function inTurn(tools: readonly Tool[], scenario: Scenario): readonly Tool[] {
  const able = tools.filter(tool => tool.does.includes(scenario));
  if (scenario !== 'first') return able;
  return [...able.filter(({ name }) => name !== 'lvsform'), ...able.filter(({ name }) => name === 'lvsform')];
}
