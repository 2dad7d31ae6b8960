import type { Cluster, Host } from '../model/cluster.ts';
import type { Json, JsonObject } from '../model/json.ts';

/**
 * What expressions in a playbook, and templates of its files, see of the cluster: the words of the inventory,
 * defaults filled in, without any secret.
 */
export interface View {
  readonly host: JsonObject;
  readonly cluster: JsonObject;
  readonly vars: JsonObject;
}

/** Makes the views of a cluster's hosts; what they share is made once. */
export function viewer(cluster: Cluster): (host: Host) => View {
  const hosts = new Map(cluster.hosts.map(host => [host.name, hostView(host, cluster)]));
  const shared: JsonObject = {
    name: cluster.name,
    mode: cluster.director.mode,
    hosts: Object.fromEntries(hosts),
    vips: named(cluster.vips, ({ address, interface: name }) => ({
      address: address.ip,
      prefix: address.prefix,
      interface: name,
    })),
    services: named(cluster.services, ({ vip, port, protocol, method, scheduler, realServers }) => ({
      vip: vip.address.ip,
      port,
      protocol,
      method,
      scheduler,
      real_servers: realServers.map(({ host, rip, port: own, weight }) => ({ host, rip, port: own, weight })),
    })),
    pools: named(cluster.proxy?.pools ?? [], ({ clientAddress, servers }) => ({
      client_address: clientAddress,
      servers: servers.map(({ host, address, port, weight }) => ({ host, address, port, weight })),
    })),
  };
  return host => ({
    host: hosts.get(host.name) ?? hostView(host, cluster),
    cluster: shared,
    vars: host.vars,
  });
}

function hostView({ name, roles, interfaces, defaultRoute, priority }: Host, { proxy }: Cluster): JsonObject {
  return {
    name,
    roles,
    address: interfaces[0]?.addresses[0]?.ip ?? null,
    interfaces: named(interfaces, ({ addresses }) => ({
      address: addresses[0]?.ip ?? null,
      addresses: addresses.map(({ ip, prefix }) => ({ address: ip, prefix })),
    })),
    default_route: defaultRoute ?? null,
    priority: priority ?? null,
    pools: (proxy?.pools ?? []).flatMap(({ name: pool, clientAddress, servers }) =>
      servers
        .filter(({ host }) => host === name)
        .map(({ address, port }) => ({ name: pool, address, port, client_address: clientAddress })),
    ),
  };
}

function named<Entry extends { readonly name: string }>(
  entries: readonly Entry[],
  view: (entry: Entry) => Json,
): JsonObject {
  return Object.fromEntries(entries.map(entry => [entry.name, view(entry)]));
}
