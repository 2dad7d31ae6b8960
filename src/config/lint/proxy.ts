import { covers, ruleFor } from '../../model/proxy-match.ts';
import { defaults, usualQuestion } from '../defaults.ts';
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

/** keepalived's check, and verify, ask by the address; a proxy without a default pool does not know that name. */
const answeredWith404: Rule = {
  reads: ['hosts', 'vips', 'services', 'proxy'],
  *check({ services, proxy }) {
    for (const { path, yaml, port, protocol, vip, servers: all } of services) {
      const listener = proxy?.listeners.find(one =>
        all.some(({ host, port: own }) => own === one.yaml.port && host?.roles.has('proxy')),
      );
      if (listener === undefined || listener.yaml.default !== undefined || protocol !== 'tcp') continue;
      const refused = (asked: string, host = vip?.net.ip ?? '') =>
        asked !== listener.yaml.health_path && ruleFor(listener, { host, path: asked }) === undefined;
      const { check, verify } = yaml;
      for (const one of [check ?? []].flat()) {
        if (one.type !== 'http' || one.status !== undefined) continue;
        const { path: checked = defaults.check.path, virtual_host: host } = one;
        if (!refused(checked, host)) continue;
        const message = `${listener.name} answers ${checked} with 404, so no proxy would pass the check`;
        yield doubtful([...path, 'check'], message, 'check the health_path of the listener');
      }
      const type = verify?.type ?? usualQuestion('tcp', port);
      const asked = verify?.path ?? defaults.verify.path;
      if (type !== 'http' || !refused(asked)) continue;
      const message = `verify asks for ${asked}, and ${listener.name} answers that with 404`;
      yield { ...doubtful(path, message, 'write verify: { type: connect }'), at: 'key' };
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

export const proxyRules: readonly Rule[] = [
  ...[nobody, unconditional, poolNames, neverReached, idle],
  ...[noWeight, servers, answeredWith404],
];
