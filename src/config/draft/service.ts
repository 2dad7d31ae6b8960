import type { ForwardingMethod, PortRange, Protocol } from '../../model/cluster.ts';
import { contains } from '../../model/network.ts';
import { parseIp } from '../address.ts';
import { defaults } from '../defaults.ts';
import type { Inventory, RealServer, VirtualService } from '../inventory-yaml.ts';
import type { Path } from '../path.ts';
import type { DraftHost } from './host.ts';
import { namedHosts } from './named-hosts.ts';
import { type DraftSorry, readSorry } from './sorry.ts';
import type { DraftVip } from './vip.ts';

/** A virtual service of a draft: one of those that an entry of the inventory makes. */
export interface DraftService {
  readonly name: string;
  /** The name of the entry. */
  readonly group: string;
  /** Of the entry: services of one entry share it. */
  readonly path: Path;
  readonly yaml: VirtualService;
  /** undefined where the inventory has no VIP of that name. */
  readonly vip: DraftVip | undefined;
  /** The first port where there are several (a firewall mark). */
  readonly port: number;
  /** With a firewall mark: everything that gets it. */
  readonly mark: DraftMark | undefined;
  readonly protocol: Protocol;
  readonly method: ForwardingMethod;
  readonly scheduler: string;
  readonly servers: readonly DraftServer[];
  readonly sorry: DraftSorry | undefined;
}

/** A firewall mark, and what of the draft gets it. */
export interface DraftMark {
  readonly value: number;
  readonly vips: readonly DraftVip[];
  readonly ports: readonly PortRange[];
}

export interface DraftServer {
  readonly name: string;
  readonly path: Path;
  readonly yaml: NonNullable<RealServer>;
  /** undefined where the inventory has no host of that name. */
  readonly host: DraftHost | undefined;
  /** Addresses that fit equally well. */
  readonly choices: readonly string[];
  /** As written, or the only choice. */
  readonly rip: string | undefined;
  readonly port: number;
  readonly weight: number;
}

/** The services with their VIPs and the hosts that serve them. */
export function draftServices(
  inventory: Inventory,
  hosts: readonly DraftHost[],
  vips: readonly DraftVip[],
): readonly DraftService[] {
  const byName = new Map(hosts.map(host => [host.name, host]));
  const directors = hosts.filter(({ roles }) => roles.has('director'));
  const serving = hosts.filter(({ roles }) => roles.has('real_server')).map(({ name }) => name);
  const sorryOf = (written: string, { vip, port }: Pick<DraftService, 'vip' | 'port'>): DraftSorry => {
    const read = readSorry(written);
    const host = byName.get(read.name);
    const choices = host === undefined ? [] : choicesOf(host, vip, directors);
    const ip = read.ip ?? (choices.length === 1 ? choices[0] : undefined);
    return {
      name: read.ip === undefined ? read.name : undefined,
      host,
      ip,
      choices,
      port: read.port ?? port,
    };
  };
  return Object.entries(inventory.services ?? {}).flatMap(([group, yaml]) => {
    const path = ['services', group];
    return placesOf(group, yaml, vips).map(place => ({
      ...place,
      group,
      path,
      yaml,
      protocol: yaml.protocol ?? defaults.protocol,
      method: yaml.method ?? defaults.method,
      scheduler: yaml.scheduler ?? defaults.scheduler,
      sorry: yaml.sorry_server === undefined ? undefined : sorryOf(yaml.sorry_server, place),
      servers: namedHosts(yaml.real_servers, [...path, 'real_servers'], serving).map(entry => {
        const host = byName.get(entry.name);
        const choices = host === undefined ? [] : choicesOf(host, place.vip, directors);
        const written = entry.yaml.rip === undefined ? undefined : parseIp(entry.yaml.rip);
        return {
          ...entry,
          host,
          choices,
          rip: written ?? (choices.length === 1 ? choices[0] : undefined),
          port: entry.yaml.port ?? place.port,
          weight: entry.yaml.weight ?? defaults.weight,
        };
      }),
    }));
  });
}

/**
 * Where an entry's services are: one for each VIP and port, or with a firewall mark one for all of them. Ranges
 * without a mark are told by lint; their first port stands for them.
 */
function placesOf(
  group: string,
  yaml: VirtualService,
  vips: readonly DraftVip[],
): readonly Pick<DraftService, 'name' | 'vip' | 'port' | 'mark'>[] {
  const names = [yaml.vip].flat();
  const ports = [yaml.port].flat().map(readPorts);
  const named = names.map(name => ({ name, vip: vips.find(each => each.name === name) }));
  if (yaml.fwmark !== undefined) {
    const known = named.flatMap(({ vip }) => vip ?? []);
    const mark = { value: yaml.fwmark, vips: known, ports };
    return [{ name: group, vip: named[0]?.vip, port: ports[0]?.first ?? 0, mark }];
  }
  return named.flatMap(({ name, vip }) =>
    ports.map(({ first }) => ({
      name: `${group}${names.length > 1 ? `@${name}` : ''}${ports.length > 1 ? `:${first}` : ''}`,
      vip,
      port: first,
      mark: undefined,
    })),
  );
}

/** `8000-8010`, or a single port. */
export function readPorts(port: number | string): PortRange {
  const [first, last] = String(port).split('-').map(Number);
  return { first: first ?? 0, last: last ?? first ?? 0 };
}

/** A host's addresses that may be meant: those in the network of the VIP's interface, else of any director's, else all. */
function choicesOf(
  host: DraftHost,
  vip: DraftVip | undefined,
  directors: readonly DraftHost[],
): readonly string[] {
  const nets = directors.flatMap(director => director.addresses);
  const own = host.addresses.map(({ net }) => net).filter(({ family }) => family === (vip?.net.family ?? 4));
  const among = (near: typeof nets) => own.filter(({ ip }) => near.some(({ net }) => contains(net, ip)));
  const tiers = [among(nets.filter(each => each.interface === vip?.interface)), among(nets), own];
  return (tiers.find(tier => tier.length > 0) ?? []).map(({ ip }) => ip);
}
