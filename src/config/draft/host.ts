import type { IpNet, RoleName } from '../../model/cluster.ts';
import { parseNet } from '../address.ts';
import { expandHosts, type HostEntry } from '../expand.ts';
import type { Inventory } from '../inventory-yaml.ts';
import type { Path } from '../path.ts';

/** A host of a draft, its addresses read. */
export interface DraftHost extends HostEntry {
  readonly roles: ReadonlySet<RoleName>;
  readonly addresses: readonly DraftAddress[];
}

/** An address of a host, and where it is written. */
export interface DraftAddress {
  readonly interface: string;
  readonly net: IpNet;
  readonly path: Path;
}

/** The hosts of an inventory in its order. */
export function draftHosts(inventory: Inventory): readonly DraftHost[] {
  return expandHosts(inventory.hosts).map(entry => ({
    ...entry,
    roles: new Set(entry.yaml.roles),
    addresses: addressesOf(entry),
  }));
}

function addressesOf({ path, yaml }: HostEntry): readonly DraftAddress[] {
  return Object.entries(yaml.interfaces ?? {}).flatMap(([name, value]) =>
    [value].flat().flatMap((text, index) => {
      const net = parseNet(text);
      const at = [...path, 'interfaces', name, ...(Array.isArray(value) ? [index] : [])];
      return net === undefined ? [] : [{ interface: name, net, path: at }];
    }),
  );
}
