import type { IpNet, PortRange, Protocol } from '../../model/cluster.ts';
import { contains } from '../../model/network.ts';
import { parseNet } from '../address.ts';
import { defaults } from '../defaults.ts';
import type { Inventory } from '../inventory-yaml.ts';
import type { Path } from '../path.ts';
import type { DraftHost } from './host.ts';
import { type DraftService, readPorts } from './service.ts';

/** A forward of a draft. */
export interface DraftForward {
  readonly path: Path;
  readonly address: string;
  readonly ports: PortRange;
  /** Name of the service or place of the host, as written. */
  readonly to: string;
  /** The service, where `to` names one that there is. */
  readonly service: DraftService | undefined;
  /** The host's address, where `to` is one, and its ports, where they are written. */
  readonly place: { readonly address: string; readonly ports: PortRange | undefined } | undefined;
  readonly protocol: Protocol;
  readonly writtenProtocol: Protocol | undefined;
}

/** A network that gets another source on its way out. */
export interface DraftSourceNat {
  readonly path: Path;
  readonly net: IpNet;
  /** As written, or the one that has the outer address. */
  readonly interface: string | undefined;
}

/** A source NAT with a stated address, or addresses from the first to the last. */
export interface DraftSnat extends DraftSourceNat {
  readonly first: string;
  readonly last: string;
}

/** The forwards with the services that they name. */
export function draftForwards(
  inventory: Inventory,
  services: readonly DraftService[],
): readonly DraftForward[] {
  return (inventory.gateway?.forwards ?? []).map(({ from, to, protocol }, index) => {
    const [address = '', port = ''] = from.split(':');
    const ports = readPorts(port);
    const [, host, hostPorts] = /^([\d.]+\.\d+)(?::(.*))?$/.exec(to) ?? [];
    const place =
      host === undefined ? undefined : { address: host, ports: hostPorts ? readPorts(hostPorts) : undefined };
    const service = place === undefined ? meant(services, to, ports) : undefined;
    return {
      path: ['gateway', 'forwards', index],
      ...{ address, ports, to, service, place },
      protocol: protocol ?? service?.protocol ?? defaults.protocol,
      writtenProtocol: protocol,
    };
  });
}

/** Of the services that an entry makes, the one with the same port, and before all those that IPv4 can reach. */
function meant(services: readonly DraftService[], to: string, ports: PortRange): DraftService | undefined {
  const named = services.filter(({ group }) => group === to);
  const own = named.filter(({ vip }) => vip?.net.family !== 6);
  return own.find(each => each.port === ports.first) ?? own[0] ?? named[0];
}

/** Whether packets to these ports stay at them: the service's firewall mark covers them all. */
export function keepsPorts({ mark }: DraftService, { first, last }: PortRange): boolean {
  return mark?.ports.some(range => range.first <= first && last <= range.last) ?? false;
}

/** The networks to masquerade, each with the interface by which it leaves. */
export function draftMasquerade(
  inventory: Inventory,
  gateways: readonly DraftHost[],
  forwards: readonly DraftForward[],
): readonly DraftSourceNat[] {
  return (inventory.gateway?.masquerade ?? []).flatMap((entry, index) => {
    const { network, interface: written } =
      typeof entry === 'string' ? { network: entry, interface: undefined } : entry;
    const net = parseNet(network);
    if (net === undefined) return [];
    const outer = interfacesWith(
      gateways,
      forwards.map(({ address }) => address).filter(address => !contains(net, address)),
    );
    const path = ['gateway', 'masquerade', index];
    return [{ path, net, interface: written ?? (outer.length === 1 ? outer[0] : undefined) }];
  });
}

/** The networks that get a stated source. */
export function draftSnat(inventory: Inventory, gateways: readonly DraftHost[]): readonly DraftSnat[] {
  return (inventory.gateway?.snat ?? []).flatMap(({ network, interface: written, to }, index) => {
    const net = parseNet(network);
    if (net === undefined) return [];
    const [first = '', last = first] = to.split('-');
    const outer = interfacesWith(gateways, [first]);
    const path = ['gateway', 'snat', index];
    return [{ path, net, first, last, interface: written ?? (outer.length === 1 ? outer[0] : undefined) }];
  });
}

/** The gateways' interfaces that have one of these addresses. */
function interfacesWith(gateways: readonly DraftHost[], ips: readonly string[]): readonly string[] {
  const names = gateways
    .flatMap(({ addresses }) => addresses)
    .filter(({ net }) => ips.includes(net.ip))
    .map(address => address.interface);
  return [...new Set(names)];
}
