import { type Bench, prepare, runOnce } from '../bench.ts';
import type { Options } from '../options.ts';
import type { Tool } from '../tools/tool.ts';

/** Rounds; a thousand hosts take most of a minute. */
const rounds = 3;

/** Many hosts against few, in sync: real hosts all of them, with an sshd each, on this machine's cores. */
export async function scale(bench: Bench, lvsform: Tool, { scale: sizes, quick }: Options): Promise<void> {
  const targets = [];
  for (const size of sizes) {
    bench.say(`making ${size} hosts`);
    await bench.world.grow(size);
    targets.push(prepare(bench, lvsform, 'scale', size));
  }
  // The first run on all of them puts them in sync.
  const largest = targets.at(-1);
  if (largest !== undefined) await runOnce(bench, 'scale', lvsform, largest, 'first');
  for (let round = 0; round < (quick ? 1 : rounds); round += 1) {
    for (const target of targets) await runOnce(bench, 'scale', lvsform, target, 'again');
  }
}
