import type { IpNet } from '../../model/cluster.ts';
import { contains } from '../../model/network.ts';
import { parseNetOrAddress } from '../address.ts';
import type { Inventory, VIP } from '../inventory-yaml.ts';
import type { Path } from '../path.ts';
import type { DraftHost } from './host.ts';

/** A VIP of a draft. */
export interface DraftVip {
  readonly name: string;
  readonly path: Path;
  readonly yaml: VIP;
  readonly net: IpNet;
  /** Interfaces by which directors reach the VIP's subnet; one name where all is well. */
  readonly found: readonly string[];
  /** As written, or the one that was found. */
  readonly interface: string | undefined;
}

/** The VIPs with the interfaces that they belong to. */
export function draftVips(inventory: Inventory, directors: readonly DraftHost[]): readonly DraftVip[] {
  return Object.entries(inventory.vips ?? {}).flatMap(([name, yaml]) => {
    const net = parseNetOrAddress(yaml.address);
    if (net === undefined) return [];
    const found = interfacesTo(net.ip, directors);
    const only = found.length === 1 ? found[0] : undefined;
    return [{ name, path: ['vips', name], yaml, net, found, interface: yaml.interface ?? only }];
  });
}

/** The names of the hosts' interfaces that have `ip` in their network. */
export function interfacesTo(ip: string, hosts: readonly DraftHost[]): readonly string[] {
  const names = hosts.flatMap(host =>
    host.addresses.filter(({ net }) => contains(net, ip)).map(address => address.interface),
  );
  return [...new Set(names)];
}
