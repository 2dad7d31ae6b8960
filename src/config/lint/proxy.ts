import { endpoint } from '../../model/network.ts';
import { covers } from '../../model/proxy-match.ts';
import { defaults } from '../defaults.ts';
import type { DraftListener } from '../draft/proxy.ts';
import { didYouMean } from '../suggest.ts';
import { doubtful, type Rule, wrong, wrongAtKey } from './rule.ts';

const nobody: Rule = {
  reads: ['hosts', 'proxy'],
  *check({ hosts, proxy }) {
    const proxies = hosts.filter(({ roles }) => roles.has('proxy'));
    if (proxy !== undefined && proxies.length === 0) {
      yield wrongAtKey(['proxy'], 'no host is a proxy', 'give one the role: roles: [real_server, proxy]');
    }
    for (const { path, name } of proxy === undefined ? proxies : []) {
      const hint = 'add the section proxy, with listeners and pools';
      yield wrongAtKey(path, `${name} is a proxy, and nothing says what for`, hint);
    }
  },
};

/** A rule without a condition takes everything: that is what `default` is for. */
const unconditional: Rule = {
  reads: ['proxy'],
  *check({ proxy }) {
    for (const { rules } of proxy?.listeners ?? []) {
      for (const { path, hosts, paths, pool } of rules) {
        if (hosts.length + paths.length > 0) continue;
        const hint = `write host, path or path_prefix, or default: ${pool} at the listener`;
        yield wrong(path, 'the rule has no condition', hint);
      }
    }
  },
};

const poolNames: Rule = {
  reads: ['proxy'],
  *check({ proxy }) {
    if (proxy === undefined) return;
    const known = proxy.pools.map(({ name }) => name);
    const named = proxy.listeners.flatMap(({ path, yaml, rules }) => [
      ...rules.map(rule => ({ at: [...rule.path, 'pool'], pool: rule.pool })),
      ...(yaml.default === undefined ? [] : [{ at: [...path, 'default'], pool: yaml.default }]),
    ]);
    for (const { at, pool } of named) {
      if (known.includes(pool)) continue;
      yield wrong(at, `there is no pool ${pool}`, didYouMean(pool, known) ?? `pools: ${known.join(', ')}`);
    }
    for (const { name, path } of proxy.pools) {
      if (named.some(({ pool }) => pool === name)) continue;
      yield { ...doubtful(path, `no rule leads to the pool ${name}`), at: 'key' };
    }
  },
};

const neverReached: Rule = {
  reads: ['proxy'],
  *check({ proxy }) {
    for (const { rules } of proxy?.listeners ?? []) {
      for (const [index, rule] of rules.entries()) {
        const earlier = rules.slice(0, index).findIndex(each => conditioned(each) && covers(each, rule));
        if (earlier < 0 || !conditioned(rule)) continue;
        const message = `the rule takes no request: number ${earlier + 1} takes all of them before`;
        yield doubtful(rule.path, message, 'put the narrower rule first');
      }
    }
  },
};

function conditioned({ hosts, paths }: DraftListener['rules'][number]): boolean {
  return hosts.length + paths.length > 0;
}

const idle: Rule = {
  reads: ['hosts', 'vips', 'services', 'proxy'],
  *check({ hosts, services, proxy }) {
    const servers = services.flatMap(({ servers: all }) => all);
    const proxies = hosts.filter(({ roles }) => roles.has('proxy'));
    for (const { name, path } of proxy === undefined ? [] : proxies) {
      if (servers.some(server => server.name === name)) continue;
      const message = `${name} is a proxy, and real server of no service: no client gets there by a VIP`;
      yield { ...doubtful(path, message, "name it in a service's real_servers"), at: 'key' };
    }
    for (const { name, path, yaml } of proxy?.listeners ?? []) {
      const led = servers.filter(server => proxies.some(each => each.name === server.name));
      if (led.length === 0 || led.some(({ port }) => port === yaml.port)) continue;
      yield doubtful(
        [...path, 'port'],
        `no service leads to port ${yaml.port} of a proxy, so ${name} gets nothing by a VIP`,
      );
    }
  },
};

const noWeight: Rule = {
  reads: ['proxy'],
  *check({ proxy }) {
    for (const { path, servers } of proxy?.pools ?? []) {
      if (servers.some(({ weight }) => weight > 0)) continue;
      const at = [...path, 'servers'];
      yield { ...doubtful(at, 'every weight is 0: nobody takes new requests'), at: 'key' };
    }
  },
};

const servers: Rule = {
  reads: ['hosts', 'proxy'],
  *check({ hosts, proxy }) {
    const known = hosts.filter(({ roles }) => roles.has('real_server')).map(({ name }) => name);
    for (const { name, path, host, yaml, address, choices } of (proxy?.pools ?? []).flatMap(
      pool => pool.servers,
    )) {
      if (host === undefined) yield wrongAtKey(path, `there is no host ${name}`, didYouMean(name, known));
      else if (!host.roles.has('real_server')) {
        const roles = [...host.roles, 'real_server'].join(', ');
        const hint = `write roles: [${roles}] at the host`;
        yield wrongAtKey(path, `${name} does not have the role real_server`, hint);
      } else if (host.addresses.length === 0) continue;
      else if (yaml.address !== undefined) {
        const own = host.addresses.map(({ net }) => net.ip);
        if (address === undefined || own.includes(address)) continue;
        yield wrong([...path, 'address'], `${address} is no address of ${name}`, `it has ${own.join(', ')}`);
      } else if (choices.length > 1) {
        yield wrongAtKey(
          path,
          `${name} has several addresses that fit`,
          `write address: ${choices.join(' or ')}`,
        );
      }
    }
  },
};

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

export const proxyRules: readonly Rule[] = [
  ...[nobody, unconditional, poolNames, neverReached, idle],
  ...[noWeight, servers, ports, oneWay],
];
