import { type Bench, prepare, runOnce } from '../bench.ts';
import { samplesOf } from '../figures.ts';
import type { Options } from '../options.ts';
import type { Tool } from '../tools/tool.ts';

/** Rounds at most; a thousand hosts take most of a minute. */
const rounds = 3;

/** Many hosts against few, in sync: an sshd and a root directory each, on this machine's cores. */
export async function scale(
  bench: Bench,
  lvsform: Tool,
  { scale: [few, many], quick }: Options,
): Promise<void> {
  bench.say(`making ${many} hosts`);
  const large = await prepare(bench, lvsform, 'scale', many);
  // The same kind of hosts, also where so few could have networks of their own.
  const small = { ...(await prepare(bench, lvsform, 'scale', few)), hosts: large.hosts.slice(0, few) };
  lvsform.prepare(small);
  await runOnce(bench, 'scale', lvsform, large, 'first');
  for (let round = 0; round < (quick ? 1 : rounds); round += 1) {
    const again = samplesOf(bench, { part: 'scale', scenario: 'again', hosts: many });
    const longest = Math.max(0, ...again.map(({ wall }) => wall));
    if (performance.now() + longest * 1000 > bench.deadline) break;
    for (const target of [small, large]) await runOnce(bench, 'scale', lvsform, target, 'again');
  }
}
