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
    return {
      name,
      path: ['vrrp', name],
      yaml,
      vips: own,
      members: membersOf(yaml, directors),
      interface: yaml.interface ?? (carried.length === 1 ? carried[0] : undefined),
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
