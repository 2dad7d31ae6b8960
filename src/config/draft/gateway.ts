import type { IpNet } from '../../model/cluster.ts';
import { contains } from '../../model/network.ts';
import { parseNet } from '../address.ts';
import type { Inventory } from '../inventory-yaml.ts';
import type { Path } from '../path.ts';
import type { DraftHost } from './host.ts';
import type { DraftService } from './service.ts';

/** A forward of a draft. */
export interface DraftForward {
  readonly path: Path;
  readonly address: string;
  readonly port: number;
  /** Name of the service, and the service where there is one. */
  readonly to: string;
  readonly service: DraftService | undefined;
}

/** A network to masquerade. */
export interface DraftMasquerade {
  readonly path: Path;
  readonly net: IpNet;
  /** As written, or the one that has the address of the forwards. */
  readonly interface: string | undefined;
}

/** The forwards with the services that they name. */
export function draftForwards(
  inventory: Inventory,
  services: readonly DraftService[],
): readonly DraftForward[] {
  return (inventory.gateway?.forwards ?? []).map(({ from, to }, index) => {
    const [address = '', port = ''] = from.split(':');
    const own = services.filter(({ group }) => group === to);
    const service = own.find(each => each.port === Number(port)) ?? own[0];
    return { path: ['gateway', 'forwards', index], address, port: Number(port), to, service };
  });
}

/** The networks to masquerade, each with the interface by which it leaves. */
export function draftMasquerade(
  inventory: Inventory,
  gateways: readonly DraftHost[],
  forwards: readonly DraftForward[],
): readonly DraftMasquerade[] {
  return (inventory.gateway?.masquerade ?? []).flatMap((entry, index) => {
    const { network, interface: written } =
      typeof entry === 'string' ? { network: entry, interface: undefined } : entry;
    const net = parseNet(network);
    if (net === undefined) return [];
    const outer = outerInterfaces(net, gateways, forwards);
    return [
      {
        path: ['gateway', 'masquerade', index],
        net,
        interface: written ?? (outer.length === 1 ? outer[0] : undefined),
      },
    ];
  });
}

/** The gateways' interfaces with an address of a forward, less those in the network itself. */
function outerInterfaces(
  inner: IpNet,
  gateways: readonly DraftHost[],
  forwards: readonly DraftForward[],
): readonly string[] {
  const names = gateways
    .flatMap(({ addresses }) => addresses)
    .filter(({ net }) => forwards.some(({ address }) => address === net.ip) && !contains(inner, net.ip))
    .map(address => address.interface);
  return [...new Set(names)];
}
