import type { PoolCheck, ProxySettings } from '../../model/proxy.ts';
import { defaults } from '../defaults.ts';
import type { Draft } from '../draft/draft.ts';
import type { DraftPool } from '../draft/proxy.ts';
import { certain } from './certain.ts';

/** What the proxies do, with its defaults filled in; undefined without the section. */
export function buildProxy({ yaml, proxy }: Draft): ProxySettings | undefined {
  if (proxy === undefined) return undefined;
  return {
    listeners: proxy.listeners.map(({ name, yaml: listener, rules }) => ({
      name,
      port: listener.port,
      rules: rules.map(({ hosts, paths, pool }) => ({ hosts, paths, pool })),
      defaultPool: listener.default,
      healthPath: listener.health_path,
    })),
    pools: proxy.pools.map(pool => ({
      name: pool.name,
      balance: pool.yaml.balance ?? defaults.proxy.balance,
      clientAddress: pool.yaml.client_address ?? defaults.proxy.clientAddress,
      check: buildCheck(pool),
      servers: pool.servers.map(({ name, address, port, weight }) => ({
        host: name,
        address: certain(address),
        port,
        weight,
      })),
    })),
    timeouts: { ...defaults.proxy.timeouts, ...yaml.proxy?.timeouts },
    statsSocket: yaml.proxy?.stats_socket ?? defaults.proxy.statsSocket,
  };
}

function buildCheck({ yaml }: DraftPool): PoolCheck {
  const check = yaml.check ?? { type: 'tcp' };
  if (check.type === 'none') return { type: 'none' };
  const usual = defaults.proxy.check;
  const { interval = usual.interval, rise = usual.rise, fall = usual.fall } = check;
  const times = { interval, rise, fall };
  if (check.type === 'tcp') return { type: 'tcp', ...times };
  const { path = usual.path, status = usual.status, host } = check;
  return { type: 'http', path, status, host, ...times };
}
