import { contains } from '../../model/network.ts';
import { defaults } from '../defaults.ts';
import type { Inventory, VRRPInstance } from '../inventory-yaml.ts';
import type { Path } from '../path.ts';
import type { DraftHost } from './host.ts';
import type { DraftVip } from './vip.ts';

/** A VRRP instance of a draft. */
export interface DraftInstance {
  readonly name: string;
  readonly path: Path;
  readonly yaml: VRRPInstance;
  readonly vips: readonly DraftVip[];
  /** Highest priority first, then in the order of the inventory. */
  readonly members: readonly { readonly host: DraftHost; readonly priority: number }[];
  /** As written, or the one of all its VIPs. */
  readonly interface: string | undefined;
  /** The family of the addresses that it advertises: IPv4 where there are both. */
  readonly family: 4 | 6;
  /** As written, or the older one where that can do it. */
  readonly version: 2 | 3;
}

/** The VRRP instances; VIPs that no instance names belong to each instance that names none. */
export function draftInstances(
  inventory: Inventory,
  directors: readonly DraftHost[],
  vips: readonly DraftVip[],
): readonly DraftInstance[] {
  const entries = Object.entries(inventory.vrrp ?? {});
  const claimed = new Set(entries.flatMap(([, { vips: names = [] }]) => names));
  return entries.map(([name, yaml]) => {
    const own = vips.filter(vip => (yaml.vips ? yaml.vips.includes(vip.name) : !claimed.has(vip.name)));
    const carried = [...new Set(own.map(vip => vip.interface))];
    const family = own.length > 0 && own.every(({ net }) => net.family === 6) ? 6 : 4;
    return {
      name,
      path: ['vrrp', name],
      yaml,
      vips: own,
      members: membersOf(yaml, directors),
      interface: yaml.interface ?? (carried.length === 1 ? carried[0] : undefined),
      family,
      version: yaml.version ?? (family === 6 || isFraction(yaml.advert_interval) ? 3 : 2),
    };
  });
}

function membersOf(yaml: VRRPInstance, directors: readonly DraftHost[]): DraftInstance['members'] {
  return directors
    .filter(({ name }) => yaml.members === undefined || yaml.members.includes(name))
    .map(host => ({
      host,
      priority: yaml.priorities?.[host.name] ?? host.yaml.priority ?? defaults.priority,
    }))
    .sort((a, b) => b.priority - a.priority);
}

/** Whether an interval of advertisements is more than version 2 can say: it has whole seconds (RFC 3768, 5.3.7). */
export function isFraction(interval: number | undefined): boolean {
  return interval !== undefined && !Number.isInteger(interval);
}

/** A member's own address on the instance's interface: the one in a VIP's subnet before any other. */
export function addressOf(
  host: DraftHost,
  { interface: name, family, vips }: Pick<DraftInstance, 'interface' | 'family' | 'vips'>,
): string | undefined {
  const own = host.addresses.filter(each => each.interface === name && each.net.family === family);
  const near = own.find(({ net }) => vips.some(vip => contains(net, vip.net.ip)));
  return (near ?? own[0])?.net.ip;
}
