import { endpoint } from '../../model/network.ts';
import { didYouMean } from '../suggest.ts';
import { doubtful, type Rule, wrong, wrongAtKey } from './rule.ts';

const vipNames: Rule = {
  reads: ['hosts', 'vips', 'services'],
  *check({ services, vips }) {
    const known = vips.map(({ name }) => name);
    if (known.length === 0) return;
    for (const { path, yaml } of services) {
      for (const [index, name] of [yaml.vip].flat().entries()) {
        if (known.includes(name)) continue;
        const hint = didYouMean(name, known) ?? `VIPs: ${known.join(', ')}`;
        const at = Array.isArray(yaml.vip) ? ['vip', index] : ['vip'];
        yield wrong([...path, ...at], `there is no VIP ${name}`, hint);
      }
    }
  },
};

const same: Rule = {
  reads: ['hosts', 'vips', 'services'],
  *check({ services }) {
    const seen = new Map<string, string>();
    for (const { name, path, port, protocol, vip, mark } of services) {
      if (vip === undefined || mark !== undefined) continue;
      const key = `${protocol} ${endpoint(vip.net.ip, port)}`;
      const other = seen.get(key);
      if (other === undefined) seen.set(key, name);
      else yield wrong([...path, 'port'], `${other} is ${key} already`);
    }
  },
};

const servers: Rule = {
  reads: ['hosts', 'services'],
  *check({ services, hosts }) {
    const known = hosts.filter(({ roles }) => roles.has('real_server')).map(({ name }) => name);
    for (const { servers: all } of services) {
      for (const { name, path, host } of all) {
        if (host === undefined) {
          yield wrongAtKey(path, `there is no host ${name}`, didYouMean(name, known));
        } else if (!host.roles.has('real_server')) {
          const roles = [...host.roles, 'real_server'].join(', ');
          yield wrongAtKey(
            path,
            `${name} does not have the role real_server`,
            `write roles: [${roles}] at the host`,
          );
        }
      }
    }
  },
};

/** Which of a host's addresses is meant, and that it is one of its own. */
const addresses: Rule = {
  reads: ['hosts', 'vips', 'services'],
  *check({ services }) {
    for (const { servers: all, vip } of services) {
      for (const { name, path, host, yaml, rip, choices } of all) {
        if (host === undefined || vip === undefined || host.addresses.length === 0) continue;
        const own = host.addresses.map(({ net }) => net.ip);
        if (yaml.rip !== undefined && rip !== undefined && !own.includes(rip)) {
          yield wrong([...path, 'rip'], `${rip} is no address of ${name}`, `it has ${own.join(', ')}`);
        } else if (rip === undefined && choices.length > 1) {
          const hint = `write rip: ${choices.join(' or ')}`;
          yield wrongAtKey(path, `${name} has several addresses that fit`, hint);
        } else if (rip === undefined) {
          yield wrongAtKey(path, `${name} has no IPv${vip.net.family} address`);
        }
      }
    }
  },
};

const noWeight: Rule = {
  reads: ['services'],
  *check({ services }) {
    for (const { path, servers: all } of services) {
      if (all.length === 0 || all.some(({ weight }) => weight > 0)) continue;
      const at = [...path, 'real_servers'];
      yield { ...doubtful(at, 'every weight is 0: nobody takes new connections'), at: 'key' };
    }
  },
};

const byWeight: Readonly<Record<string, string>> = { rr: 'wrr', lc: 'wlc' };

const idleWeights: Rule = {
  reads: ['services'],
  *check({ services }) {
    for (const { path, scheduler, servers: all } of services) {
      const weights = new Set(all.map(({ weight }) => weight).filter(weight => weight > 0));
      const other = byWeight[scheduler];
      if (other === undefined || weights.size < 2) continue;
      const at = [...path, 'scheduler'];
      yield doubtful(at, `${scheduler} takes no account of weights, which differ`, `write ${other}`);
    }
  },
};

export const serviceRules: readonly Rule[] = [
  vipNames,
  same,
  servers,
  addresses,

  noWeight,
  idleWeights,
];
