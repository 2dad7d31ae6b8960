import type { IpNet, RoleName } from '../../model/cluster.ts';
import { addressesBetween, parseNet } from '../address.ts';
import { expandHosts, type HostEntry } from '../expand.ts';
import type { Inventory } from '../inventory-yaml.ts';
import type { Path } from '../path.ts';

/** A host of a draft, its addresses read. */
export interface DraftHost extends HostEntry {
  readonly roles: ReadonlySet<RoleName>;
  readonly addresses: readonly DraftAddress[];
  readonly pool: DraftPool | undefined;
}

/** The local addresses of a director. */
export interface DraftPool {
  readonly path: Path;
  /** How many there are from the first to the last; less than one where the last comes first. */
  readonly size: number;
  /** All of them; none where there are too many or too few. */
  readonly addresses: readonly string[];
}

/** More than any director needs; each is an address of its own on an interface. */
export const largestPool = 256;

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
    pool: poolOf(entry),
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

function poolOf({ path, yaml }: HostEntry): DraftPool | undefined {
  if (yaml.local_addresses === undefined) return undefined;
  const [first = '', last = first] = yaml.local_addresses.split('-');
  const { size, addresses } = addressesBetween(first, last, largestPool);
  return { path: [...path, 'local_addresses'], size, addresses };
}
