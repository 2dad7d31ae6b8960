import type { Change, Plan } from '../../model/change.ts';
import type { Cluster } from '../../model/cluster.ts';
import { Problem } from '../../model/problem.ts';
import { serviceKey } from '../service-key.ts';
import { ailments, lost } from './health.ts';
import { lastOnes } from './last-server.ts';
import { doubleOwners, ownersOf } from './owners.ts';
import type { Standing } from './standing.ts';

/**
 * Why a plan should not be done on directors as they stand: nobody could take over, or a service would have nobody left.
 * A director that lvsform never brought up is no fault: nobody relies on it. Pure.
 */
export function objections(
  cluster: Cluster,
  plan: Plan,
  standings: readonly Standing[],
  unreached: readonly string[],
): readonly Problem[] {
  const changing = standings.filter(({ director }) => plan.hosts.some(({ host }) => host === director));
  const table = changesOn(plan, standings).some(({ address }) =>
    /^(file\/\/etc\/keepalived\/keepalived\.conf$|virtual-server\/|leaving\/)/.test(address),
  );
  return [
    ...(cluster.director.mode === 'static' ? [] : helpless(cluster, plan, standings, changing, unreached)),
    ...(table ? lastOnes(cluster, standings, (_, { weight }) => weight > 0) : []),
  ];
}

function helpless(
  cluster: Cluster,
  plan: Plan,
  standings: readonly Standing[],
  changing: readonly Standing[],
  unreached: readonly string[],
): readonly Problem[] {
  const established = standings.filter(each => each.established);
  const sick = established
    .map(each => ({ each, why: illness(cluster, each) }))
    .filter(({ why }) => why.length > 0);
  const told = sick.map(({ each, why }) => `${each.director}: ${why.join('; ')}`).join('\n');
  const gone = unreached.map(host => `${host} could not be reached`).join('\n');
  const next =
    'bring one of them into service first (systemctl status keepalived, journalctl -u keepalived), or give --accept-gap to go on';
  if (changing.length > 0 && established.length > 1 && sick.length === established.length) {
    return [
      new Problem('no director is healthy: a change could leave the VIPs without an owner', {
        why: told,
        next,
      }),
    ];
  }
  return changing
    .filter(each => cluster.vips.some(vip => ownersOf(vip, [each]).length > 0))
    .filter(({ director }) => changesOn(plan, [{ director }]).some(interrupts))
    .filter(({ director }) => {
      const others = established.filter(each => each.director !== director);
      return (
        established.length + unreached.length > 1 && others.every(each => sick.some(one => one.each === each))
      );
    })
    .map(
      ({ director }) =>
        new Problem(`no other director could take over from ${director}, whose keepalived must restart`, {
          where: director,
          why: [told, gone].filter(text => text !== '').join('\n'),
          next,
        }),
    );
}

/** What keeps a director from taking over, whatever its table holds. */
function illness(cluster: Cluster, standing: Standing): readonly string[] {
  return ailments({ ...cluster, services: [] }, standing);
}

function changesOn({ hosts }: Plan, standings: readonly { readonly director: string }[]): readonly Change[] {
  return hosts
    .filter(({ host }) => standings.some(({ director }) => director === host))
    .flatMap(({ changes }) => changes);
}

/** Whether a change stops keepalived for a moment: its step says so. */
function interrupts({ address, steps }: Change): boolean {
  return address === 'service/keepalived' && steps.some(({ label = '' }) => /^(restart|stop) /.test(label));
}

/**
 * What is not as it must be before the next director changes, when `changed` have: these work, in each service those get
 * requests who got them before, and each VIP has one owner. Pure.
 */
export function unready(
  cluster: Cluster,
  before: readonly Standing[],
  now: readonly Standing[],
  changed: readonly string[],
): readonly string[] {
  const owned = cluster.vips.filter(vip => ownersOf(vip, before).length > 0);
  return [
    ...now
      .filter(({ director }) => changed.includes(director))
      .flatMap(standing => {
        const then = before.find(({ director }) => director === standing.director);
        const known = cluster.services.filter(service => then?.table.has(serviceKey(service)));
        return [
          ...ailments({ ...cluster, services: known }, standing),
          ...(then === undefined ? [] : lost(cluster, then, standing)),
        ].map(text => `${standing.director}: ${text}`);
      }),
    ...doubleOwners(cluster.vips, now),
    ...owned
      .filter(vip => ownersOf(vip, now).length === 0)
      .map(({ address }) => `no director holds ${address.ip}`),
  ];
}
