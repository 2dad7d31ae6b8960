import type { Plan } from '../../model/change.ts';
import type { Cluster } from '../../model/cluster.ts';
import { Problem } from '../../model/problem.ts';
import { ownersOf } from './owners.ts';
import type { Standing } from './standing.ts';

/** How directors change that would not hear each other meanwhile: `waiting` stand still while `first` change, and come last. */
export interface Deaf {
  readonly first: readonly string[];
  readonly waiting: readonly string[];
  /** Those of them that work until then. */
  readonly stopping: readonly string[];
  /** What makes them deaf. */
  readonly why: readonly string[];
}

/**
 * A BACKUP with a new version, password or address of VRRP does not hear a MASTER with the old one, and takes the VIP that the
 * other still has. So where a plan brings such a change to who carries VIPs, the others stop until that is done: for some
 * seconds nobody could take over, and at no time two carry one VIP. undefined: the usual order will do. Pure.
 */
export function deafOf(cluster: Cluster, plan: Plan, standings: readonly Standing[]): Deaf | undefined {
  const changing = deafening(plan);
  const changed = standings.filter(({ director }) => changing.has(director));
  const first = changed.filter(each => each.active && carries(cluster, each));
  // One whose keepalived does not work is started by its change, so it too comes last.
  const waiting = changed.filter(each => !carries(cluster, each));
  if (first.length === 0 || waiting.length === 0) return undefined;
  return {
    first: names(first),
    waiting: names(waiting),
    stopping: names(waiting.filter(each => each.active)),
    why: reasons(changing),
  };
}

/**
 * Why such a change should not be done: several carry VIPs, and one of them would take those of another; or a director that works
 * has no part in the run. `met`: the directors that the run has read. Pure.
 */
export function deafness(
  cluster: Cluster,
  plan: Plan,
  standings: readonly Standing[],
  met: ReadonlySet<string>,
): readonly Problem[] {
  const changing = deafening(plan);
  const active = standings.filter(each => each.active);
  const changed = active.filter(({ director }) => changing.has(director));
  const carrying = changed.filter(each => carries(cluster, each));
  const left = active.filter(({ director }) => !met.has(director));
  const why = reasons(changing).join('\n');
  const what = 'directors that have changed would not hear those that have not, and both would carry a VIP';
  return [
    ...(left.length > 0 && changed.length > 0
      ? [
          new Problem(what, {
            why: `${why}\n${names(left).join(' and ')}: no part of this run`,
            next: 'change all directors in one run (without --host and --role), or give --accept-gap to go on',
          }),
        ]
      : []),
    ...(carrying.length > 1
      ? [
          new Problem(what, {
            why: `${why}\n${names(carrying).join(' and ')} carry VIPs`,
            next: 'stop keepalived on all of them but one, so that it carries all VIPs, and run the same command again; or give --accept-gap to go on',
          }),
        ]
      : []),
  ];
}

function carries(cluster: Cluster, standing: Standing): boolean {
  return cluster.vips.some(vip => ownersOf(vip, [standing]).length > 0);
}

function names(standings: readonly Standing[]): readonly string[] {
  return standings.map(({ director }) => director);
}

function reasons(changing: ReadonlyMap<string, readonly string[]>): readonly string[] {
  return [...new Set([...changing.values()].flat())];
}

/** By director, what its change makes it deaf to. */
function deafening({ hosts }: Plan): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const { host, changes } of hosts) {
    const why = changes.flatMap(({ deafens = [] }) => deafens);
    if (why.length > 0) found.set(host, [...(found.get(host) ?? []), ...why]);
  }
  return found;
}
