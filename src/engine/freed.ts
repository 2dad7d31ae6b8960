import { globs } from '../model/glob.ts';
import { type Compared, difference } from './plan.ts';

/**
 * A stage with what is in place now and will not be, once its changes are made: what was before it held it (a daemon that stops takes its
 * addresses and rules along: `replaced`), or lets go of it as it loads another file. The plan says so, and makes it anew after that.
 */
export function withFreed(replaced: readonly Compared[], compared: readonly Compared[]): readonly Compared[] {
  const gone = replaced.filter(({ change }) => change !== undefined);
  const freed = new Set(
    compared.flatMap(({ kind, subject, from, to, change }) =>
      change === undefined ? [] : (kind.frees?.(subject, from, to) ?? []),
    ),
  );
  const goes = ({ kind, replaces }: Compared) =>
    kind.inputs === undefined && gone.some(({ address }) => replaces.some(one => globs(one, address)));
  const all = compared.map(one => (goes(one) ? anew(one) : one));
  const late = all.filter(({ address }) => freed.has(address));
  return [...all.filter(({ address }) => !freed.has(address)), ...late.map(anew)];
}

function anew(one: Compared): Compared {
  if (one.to === undefined) return one;
  const why = 'who holds it now lets go of it: it is made anew, after a gap';
  const change = difference(one.kind, one.subject, undefined, one.to, why);
  return change === undefined ? one : { ...one, change };
}
