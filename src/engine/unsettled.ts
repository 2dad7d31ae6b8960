import type { Change } from '../model/change.ts';
import { Problem } from '../model/problem.ts';
import type { Compared } from './plan.ts';

/** What was set is not what is read. */
export class Unsettled extends Problem {
  readonly open: readonly Change[];

  constructor(host: string, open: readonly Change[], settle: number) {
    super(`the host does not keep what was set: ${open.map(({ address }) => address).join(', ')}`, {
      where: host,
      why: `read again, ${open.length === 1 ? 'it differs' : 'they differ'} from what is wanted, ${settle} s after the change`,
      next: 'run plan to see the difference; something else on the host may be changing it back',
    });
    this.open = open;
  }
}

/** What still differs after a change: changes that are still to be made, and words for what may stay. */
export function outcome(all: readonly Compared[]): { open: readonly Change[]; left: readonly string[] } {
  const open: Change[] = [];
  const left: string[] = [];
  for (const { kind, subject, from, to, change } of all) {
    if (change === undefined) continue;
    const why = kind.mayStay?.(subject, from, to);
    if (why === undefined) open.push(change);
    else left.push(why);
  }
  return { open, left };
}
