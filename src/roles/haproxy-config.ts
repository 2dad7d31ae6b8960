import type { Host } from '../model/cluster.ts';
import { endpoint } from '../model/network.ts';
import type {
  HostPattern,
  PathPattern,
  PoolCheck,
  ProxyListener,
  ProxyPool,
  ProxySettings,
} from '../model/proxy.ts';
import { below } from '../model/proxy-match.ts';

/**
 * The data of templates/haproxy.cfg.hbs: the words of HAProxy's configuration manual with the values for one proxy. The
 * oldest HAProxy that is served is 2.2, the first with `http-check send` and `deny_status 404`.
 */
export interface HaproxyConfig {
  readonly host: string;
  readonly cluster: string;
  readonly timeouts: ProxySettings['timeouts'];
  readonly statsSocket: string;
  readonly listeners: readonly ListenerBlock[];
  readonly pools: readonly PoolBlock[];
  /** A listener without a default pool answers 404 itself. */
  readonly refuses: boolean;
}

interface ListenerBlock {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly healthPath: string | undefined;
  readonly rules: readonly RuleLines[];
  readonly defaultPool: string;
}

interface RuleLines {
  readonly pool: string;
  /** Of one name several acl lines are alternatives; the names of `conditions` must all hold. */
  readonly acls: readonly { readonly name: string; readonly test: string }[];
  readonly conditions: readonly string[];
}

interface PoolBlock {
  readonly name: string;
  readonly balance: string;
  /** Few servers' clients go elsewhere when one comes or goes. */
  readonly consistent: boolean;
  readonly forwarded: boolean;
  readonly httpCheck: Extract<PoolCheck, { type: 'http' }> | undefined;
  readonly servers: readonly {
    readonly host: string;
    readonly place: string;
    readonly weight: number;
    readonly options: string;
  }[];
}

/** A dot keeps it apart from every name that an inventory can give to a pool. */
const nobody = 'lvsform.none';

/** What HAProxy does on this host. */
export function haproxyConfig(settings: ProxySettings, cluster: string, host: Host): HaproxyConfig {
  const six = host.interfaces.some(({ addresses }) => addresses.some(({ family }) => family === 6));
  return {
    host: host.name,
    cluster,
    timeouts: settings.timeouts,
    statsSocket: settings.statsSocket,
    listeners: settings.listeners.map(listener => listenerBlock(listener, six)),
    pools: settings.pools.map(poolBlock),
    refuses: settings.listeners.some(({ defaultPool }) => defaultPool === undefined),
  };
}

/**
 * Every address of the host, for the VIP may come and go. A socket of its own for IPv6, and only where the host has
 * it: where the kernel has none, the bind would fail and HAProxy not start.
 */
function listenerBlock(listener: ProxyListener, six: boolean): ListenerBlock {
  const { name, port, rules, healthPath, defaultPool = nobody } = listener;
  return {
    name,
    addresses: [`*:${port}`, ...(six ? [`:::${port} v6only`] : [])],
    healthPath,
    rules: rules.map(({ hosts, paths, pool }, index) => {
      const number = index + 1;
      const acls = [
        ...hosts.map(pattern => ({ name: `host-${number}`, test: hostTest(pattern) })),
        ...paths.flatMap(pattern => pathTests(pattern).map(test => ({ name: `path-${number}`, test }))),
      ];
      return { pool, acls, conditions: [...new Set(acls.map(acl => acl.name))] };
    }),
    defaultPool,
  };
}

/** The Host header may carry a port, and any case. */
function hostTest({ type, name }: HostPattern): string {
  const asked = 'req.hdr(host),field(1,:) -i -m';
  return type === 'exact' ? `${asked} str -- ${name}` : `${asked} end -- .${name}`;
}

function pathTests({ type, path }: PathPattern): readonly string[] {
  const beginning = `path -m beg -- ${below(path)}`;
  if (type === 'exact') return [`path -m str -- ${path}`];
  return path.endsWith('/') ? [beginning] : [`path -m str -- ${path}`, beginning];
}

function poolBlock({ name, balance, clientAddress, check, servers }: ProxyPool): PoolBlock {
  const spoken = clientAddress === 'proxy_protocol';
  const checked =
    check.type === 'none' ? [] : [`check inter ${check.interval}s rise ${check.rise} fall ${check.fall}`];
  const options = [
    ...checked,
    ...(spoken ? ['send-proxy-v2'] : []),
    ...(spoken && check.type !== 'none' ? ['check-send-proxy'] : []),
  ].map(option => ` ${option}`);
  return {
    name,
    balance,
    consistent: balance === 'source' || balance === 'uri',
    forwarded: clientAddress === 'forwarded',
    httpCheck: check.type === 'http' ? check : undefined,
    servers: servers.map(({ host, address, port, weight }) => ({
      host,
      place: endpoint(address, port),
      weight,
      options: options.join(''),
    })),
  };
}
