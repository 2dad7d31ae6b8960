import { contains } from '../../model/network.ts';
import type { HostPattern, PathPattern, ProxyRule } from '../../model/proxy.ts';
import { parseIp } from '../address.ts';
import { defaults } from '../defaults.ts';
import type { Inventory, Pool, PoolServer, ProxyListener, ProxyRule as RuleYaml } from '../inventory-yaml.ts';
import type { Path } from '../path.ts';
import type { DraftHost } from './host.ts';
import { namedHosts } from './named-hosts.ts';

/** The section `proxy` of a draft. */
export interface DraftProxy {
  readonly listeners: readonly DraftListener[];
  readonly pools: readonly DraftPool[];
}

/** A port of the proxies in a draft. */
export interface DraftListener {
  readonly name: string;
  readonly path: Path;
  readonly yaml: ProxyListener;
  readonly rules: readonly DraftRule[];
}

/** A rule, its patterns read. */
export interface DraftRule extends ProxyRule {
  readonly path: Path;
}

/** A pool of a draft. */
export interface DraftPool {
  readonly name: string;
  readonly path: Path;
  readonly yaml: Pool;
  readonly servers: readonly DraftPoolServer[];
}

/** A server of a pool, with its address where it can be told. */
export interface DraftPoolServer {
  readonly name: string;
  readonly path: Path;
  readonly yaml: NonNullable<PoolServer>;
  /** undefined where the inventory has no host of that name. */
  readonly host: DraftHost | undefined;
  /** Addresses that fit equally well. */
  readonly choices: readonly string[];
  /** As written, or the only choice. */
  readonly address: string | undefined;
  readonly port: number;
  readonly weight: number;
}

/** The listeners with their rules, and the pools with the hosts that serve in them; undefined without the section. */
export function draftProxy(inventory: Inventory, hosts: readonly DraftHost[]): DraftProxy | undefined {
  const { proxy } = inventory;
  if (proxy === undefined) return undefined;
  const proxies = hosts.filter(({ roles }) => roles.has('proxy'));
  return {
    listeners: Object.entries(proxy.listeners).map(([name, yaml]) => {
      const path = ['proxy', 'listeners', name];
      const rules = (yaml.rules ?? []).map((rule, index) => draftRule(rule, [...path, 'rules', index]));
      return { name, path, yaml, rules };
    }),
    pools: Object.entries(proxy.pools).map(([name, yaml]) => {
      const path = ['proxy', 'pools', name];
      return { name, path, yaml, servers: draftServers(yaml, path, hosts, proxies) };
    }),
  };
}

function draftRule(rule: RuleYaml, path: Path): DraftRule {
  return {
    path,
    hosts: [rule.host ?? []].flat().map(hostPattern),
    paths: [
      ...[rule.path ?? []].flat().map((text): PathPattern => ({ type: 'exact', path: text })),
      ...[rule.path_prefix ?? []].flat().map((text): PathPattern => ({ type: 'prefix', path: text })),
    ],
    pool: rule.pool,
  };
}

function hostPattern(text: string): HostPattern {
  return text.startsWith('*.') ? { type: 'any', name: text.slice(2) } : { type: 'exact', name: text };
}

function draftServers(
  yaml: Pool,
  path: Path,
  hosts: readonly DraftHost[],
  proxies: readonly DraftHost[],
): readonly DraftPoolServer[] {
  const byName = new Map(hosts.map(host => [host.name, host]));
  return namedHosts(yaml.servers, [...path, 'servers'], [...byName.keys()]).map(entry => {
    const host = byName.get(entry.name);
    const choices = host === undefined ? [] : choicesOf(host, proxies);
    const written = entry.yaml.address === undefined ? undefined : parseIp(entry.yaml.address);
    return {
      ...entry,
      host,
      choices,
      address: written ?? (choices.length === 1 ? choices[0] : undefined),
      port: entry.yaml.port ?? yaml.port,
      weight: entry.yaml.weight ?? defaults.weight,
    };
  });
}

/** A host's addresses that may be meant: those in a network of a proxy, else all; IPv4 before IPv6. */
function choicesOf(host: DraftHost, proxies: readonly DraftHost[]): readonly string[] {
  const nets = proxies.flatMap(({ addresses }) => addresses).map(({ net }) => net);
  const own = host.addresses.map(({ net }) => net);
  const near = own.filter(({ ip }) => nets.some(net => contains(net, ip)));
  const tiers = [near, own].flatMap(tier => [4, 6].map(family => tier.filter(net => net.family === family)));
  return (tiers.find(tier => tier.length > 0) ?? []).map(({ ip }) => ip);
}
