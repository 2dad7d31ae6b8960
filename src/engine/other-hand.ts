import type { Entry, Ledger } from './ledger.ts';
import type { HostStage } from './look.ts';
import type { Compared } from './plan.ts';

/**
 * What another hand made of a resource since lvsform changed it goes with a copy. The first state of all needs none: the
 * ledger has it.
 */
export function withCopies(stages: readonly HostStage[], ledger: Ledger): readonly HostStage[] {
  const known = new Map(ledger.entries.map(entry => [entry.address, entry]));
  return stages.map(stage => ({
    ...stage,
    compared: stage.compared.map(one => withCopy(one, known.get(one.address))),
  }));
}

function withCopy(one: Compared, entry: Entry | undefined): Compared {
  const { change, from, kind, subject } = one;
  if (change === undefined || from === undefined || entry?.made === undefined) return one;
  const copy = kind.copy?.(subject, from);
  if (copy === undefined || entry.made.includes(copy.sum)) return one;
  const told = `somebody else has changed it since: a copy stays in ${copy.place}`;
  const effect = change.effect === undefined ? told : `${change.effect}; ${told}`;
  return { ...one, change: { ...change, effect, steps: [...copy.keep, ...change.steps] } };
}

/**
 * The sums of what lvsform made of a resource: of what it is about to make, and of what it finds, where that was its own work and is
 * still there when the run is cut off. undefined: a kind that is not copied, or something that shall not be there.
 */
export function madeOf(
  { kind, subject, from, to }: Compared,
  before: readonly string[] = [],
): readonly string[] | undefined {
  const [wanted, found] = [to, from].map(state => state && kind.copy?.(subject, state)?.sum);
  if (wanted === undefined) return undefined;
  return found !== undefined && found !== wanted && before.includes(found) ? [wanted, found] : [wanted];
}
