import type { Vip, VrrpInstance } from '../../model/cluster.ts';
import type { VrrpWord } from '../../model/keepalived-log.ts';
import type { Holding, Standing } from './standing.ts';

/** An address there is for packets that a director passes to this host as a real server: it owns nothing by it. */
const quiet = /^(lo|tunl|dummy|ip6tnl|gre)/;

/** Whether a host holds a VIP so that it answers for it on the wire. */
export function holds({ addresses }: Holding, { address }: Vip): boolean {
  return addresses.some(each => each.ip === address.ip && !quiet.test(each.interface));
}

/** The directors that hold a VIP. */
export function ownersOf(vip: Vip, standings: readonly Holding[]): readonly string[] {
  return standings.filter(standing => holds(standing, vip)).map(({ director }) => director);
}

/** What is wrong with the owners of the VIPs: two of them are told by name. Pure. */
export function doubleOwners(vips: readonly Vip[], standings: readonly Holding[]): readonly string[] {
  return vips.flatMap(vip => {
    const owners = ownersOf(vip, standings);
    return owners.length < 2
      ? []
      : [`${owners.join(' and ')} both hold ${vip.address.ip}: clients reach now the one, now the other`];
  });
}

/**
 * The VRRP state of a director in an instance of `all`: who holds the VIPs is MASTER, whatever the log says. An instance whose
 * name was changed keeps its state at a reload, and the log goes on with its former name: keepalived knows it by its
 * interface and virtual router id (vrrp.c, vrrp_exist). A name that no instance has any more stands for it.
 */
export function stateOf(
  { name, vips }: VrrpInstance,
  standing: Standing,
  all: readonly VrrpInstance[],
): VrrpWord | undefined {
  if (!standing.active) return undefined;
  if (vips.length > 0 && vips.every(vip => holds(standing, vip))) return 'MASTER';
  const states = standing.states ?? new Map<string, VrrpWord>();
  const former = [...states].filter(([one]) => all.every(each => each.name !== one));
  if (states.has(name) || former.length === 0) return states.get(name);
  return former.some(([, state]) => state === 'FAULT') ? 'FAULT' : 'BACKUP';
}
