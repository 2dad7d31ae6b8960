import type { ForwardingMethod, Protocol } from '../../model/cluster.ts';
import { contains } from '../../model/network.ts';
import { parseIp } from '../address.ts';
import { defaults } from '../defaults.ts';
import type { Inventory, RealServer, VirtualService } from '../inventory-yaml.ts';
import type { Path } from '../path.ts';
import type { DraftHost } from './host.ts';
import type { DraftVip } from './vip.ts';

/** A virtual service of a draft. */
export interface DraftService {
  readonly name: string;
  readonly path: Path;
  readonly yaml: VirtualService;
  /** undefined where the inventory has no VIP of that name. */
  readonly vip: DraftVip | undefined;
  readonly protocol: Protocol;
  readonly method: ForwardingMethod;
  readonly scheduler: string;
  readonly servers: readonly DraftServer[];
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
  return Object.entries(inventory.services ?? {}).map(([name, yaml]) => {
    const vip = vips.find(each => each.name === yaml.vip);
    const path = ['services', name];
    return {
      name,
      path,
      yaml,
      vip,
      protocol: yaml.protocol ?? defaults.protocol,
      method: yaml.method ?? defaults.method,
      scheduler: yaml.scheduler ?? defaults.scheduler,
      servers: entriesOf(yaml, path).map(entry => {
        const host = byName.get(entry.name);
        const choices = host === undefined ? [] : choicesOf(host, vip, directors);
        const written = entry.yaml.rip === undefined ? undefined : parseIp(entry.yaml.rip);
        return {
          ...entry,
          host,
          choices,
          rip: written ?? (choices.length === 1 ? choices[0] : undefined),
          port: entry.yaml.port ?? yaml.port,
          weight: entry.yaml.weight ?? defaults.weight,
        };
      }),
    };
  });
}

function entriesOf(yaml: VirtualService, path: Path): readonly Pick<DraftServer, 'name' | 'path' | 'yaml'>[] {
  const at = [...path, 'real_servers'];
  if (Array.isArray(yaml.real_servers)) {
    return yaml.real_servers.map((name, index) => ({ name, path: [...at, index], yaml: {} }));
  }
  return Object.entries(yaml.real_servers).map(([name, server]) => ({
    name,
    path: [...at, name],
    yaml: server ?? {},
  }));
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
