import type { Protocol } from '../../model/cluster.ts';
import type { Connection, HealthCheck, HttpRequest, HttpRequests, Tries } from '../../model/health-check.ts';
import { parseIp } from '../address.ts';
import { defaults } from '../defaults.ts';
import type {
  HealthCheck as CheckYaml,
  HTTPCheck,
  HTTPSCheck,
  Request,
  TCPCheck,
  VirtualService,
} from '../inventory-yaml.ts';

/** How a service is checked that does not say: only TCP tells by itself whether somebody answers. */
export function defaultCheck(protocol: Protocol): CheckYaml {
  return { type: protocol === 'tcp' ? 'tcp' : 'none' };
}

/** The checks of a service or of one of its real servers; what they do not say the service does, or the defaults. */
export function buildChecks(
  yaml: CheckYaml | readonly CheckYaml[],
  service: VirtualService,
): readonly HealthCheck[] {
  return [yaml]
    .flat()
    .filter(({ type }) => type !== 'none')
    .map(each => buildCheck(each, service));
}

function buildCheck(yaml: CheckYaml, service: VirtualService): HealthCheck {
  switch (yaml.type) {
    case 'none':
      return yaml;
    case 'tcp':
    case 'ping':
      return { type: yaml.type, ...buildTries(yaml, service), ...buildConnection(yaml) };
    case 'http':
    case 'https':
      return { ...buildHttp(yaml), ...buildTries(yaml, service), ...buildConnection(yaml) };
    case 'smtp':
      return { type: 'smtp', helo: yaml.helo, ...buildTries(yaml, service), ...buildConnection(yaml) };
    case 'dns': {
      const { name = defaults.check.dnsName, record = defaults.check.dnsRecord } = yaml;
      return { type: 'dns', name, record, ...buildTries(yaml, service), ...buildConnection(yaml) };
    }
    case 'udp':
      return {
        type: 'udp',
        payload: yaml.payload,
        reply: yaml.reply ?? false,
        minReplyLength: yaml.min_reply_length,
        maxReplyLength: yaml.max_reply_length,
        ...buildTries(yaml, service),
        ...buildConnection(yaml),
      };
    case 'script': {
      const { connectTimeout: _, ...tries } = buildTries(yaml, service);
      return {
        type: 'script',
        run: yaml.run,
        timeout: yaml.timeout,
        dynamicWeight: yaml.dynamic_weight ?? false,
        user: yaml.user,
        group: yaml.group,
        ...tries,
      };
    }
    case 'file':
      return { type: 'file', path: yaml.path, weight: yaml.weight || undefined };
    case 'bfd':
      return {
        type: 'bfd',
        neighbor: yaml.neighbor === undefined ? undefined : parseIp(yaml.neighbor),
        minRx: yaml.min_rx,
        minTx: yaml.min_tx,
        idleTx: yaml.idle_tx,
        multiplier: yaml.multiplier,
        passive: yaml.passive ?? false,
        maxHops: yaml.max_hops,
      };
  }
}

function buildHttp(yaml: HTTPCheck | HTTPSCheck): { readonly type: 'http' } & HttpRequests {
  return {
    type: 'http',
    tls: yaml.type === 'https',
    urls: (yaml.urls ?? [yaml]).map(buildRequest),
    protocol: yaml.http_protocol,
    fastRecovery: yaml.fast_recovery,
    sni: yaml.type === 'https' ? yaml.sni : undefined,
  };
}

function buildRequest(yaml: Partial<Request>): HttpRequest {
  return {
    path: yaml.path ?? defaults.check.path,
    status: [yaml.status ?? defaults.check.status].flat().map(String),
    digest: yaml.digest,
    regex: yaml.regex,
    regexAbsent: yaml.regex_absent,
    virtualHost: yaml.virtual_host,
  };
}

function buildTries(yaml: TriesYaml, service: VirtualService): Tries {
  return {
    connectTimeout: yaml.connect_timeout ?? service.connect_timeout ?? defaults.check.connectTimeout,
    retries: yaml.retries ?? service.retries ?? defaults.check.retries,
    retryDelay: yaml.retry_delay ?? service.retry_delay ?? defaults.check.retryDelay,
    warmup: yaml.warmup ?? service.warmup,
  };
}

type TriesYaml = Pick<TCPCheck, 'connect_timeout' | 'retries' | 'retry_delay' | 'warmup'>;

function buildConnection(yaml: Omit<TCPCheck, 'type'>): Connection {
  const { connect_ip, connect_port, bindto, bind_port, bind_if, fwmark } = yaml;
  return {
    connectIp: connect_ip === undefined ? undefined : parseIp(connect_ip),
    connectPort: connect_port,
    bindTo: bindto === undefined ? undefined : parseIp(bindto),
    bindPort: bind_port,
    bindInterface: bind_if,
    mark: fwmark,
  };
}
