import { endpoint } from '../../model/network.ts';
import { defaults } from '../defaults.ts';
import { type Rule, wrong, wrongAtKey } from './rule.ts';

/** HAProxy and a server of a pool cannot have one port of one host, nor can two listeners; and SSH has its own. */
const ports: Rule = {
  reads: ['hosts', 'ssh', 'proxy'],
  *check({ hosts, proxy, yaml }) {
    if (proxy === undefined) return;
    const seen = new Map<number, string>();
    for (const { name, path, yaml: listener } of proxy.listeners) {
      const at = [...path, 'port'];
      const other = seen.get(listener.port);
      if (other !== undefined) yield wrong(at, `${other} has port ${listener.port} already`);
      else seen.set(listener.port, name);
      const login = hosts.find(
        ({ roles, yaml: host }) =>
          roles.has('proxy') && (host.ssh?.port ?? yaml.ssh?.port ?? 22) === listener.port,
      );
      if (login !== undefined) {
        yield wrong(at, `SSH to ${login.name} is by port ${listener.port}`, 'take another port');
      }
    }
    for (const { servers: all, name } of proxy.pools) {
      for (const { host, port, path } of all) {
        const other = host?.roles.has('proxy') ? seen.get(port) : undefined;
        if (host === undefined || other === undefined) continue;
        const message = `${host.name} is a proxy, which has port ${port} itself (${other}); ${name} cannot be there too`;
        yield wrongAtKey(path, message, 'give the server another port');
      }
    }
  },
};

/** A server expects the PROXY protocol on a port, or it does not: it takes the one for garbage, or waits for the other. */
const oneWay: Rule = {
  reads: ['hosts', 'proxy'],
  *check({ proxy }) {
    const ways = new Map<string, { readonly pool: string; readonly spoken: boolean }>();
    for (const { name: pool, path, yaml, servers: all } of proxy?.pools ?? []) {
      const spoken = (yaml.client_address ?? defaults.proxy.clientAddress) === 'proxy_protocol';
      for (const { address, port } of all) {
        if (address === undefined) continue;
        const key = endpoint(address, port);
        const other = ways.get(key);
        if (other === undefined) ways.set(key, { pool, spoken });
        else if (other.spoken !== spoken) {
          const message = `${key} gets the PROXY protocol from one of the pools ${other.pool} and ${pool}, and not from the other`;
          yield wrong([...path, 'client_address'], message, 'write the same client_address in both');
          break;
        }
      }
    }
  },
};

export const proxyPortRules: readonly Rule[] = [ports, oneWay];
