import type { Cluster } from '../../src/model/cluster.ts';
import type { HealthCheck } from '../../src/model/health-check.ts';
import { dr } from './clusters.ts';

const tries = { connectTimeout: 2, retries: 1, retryDelay: 1 };

/** One check of each kind, with all that it can say. */
export const everyCheck: readonly HealthCheck[] = [
  {
    type: 'tcp',
    ...tries,
    warmup: 0,
    connectIp: '192.168.0.223',
    connectPort: 8081,
    bindTo: '192.168.0.210',
    bindPort: 10080,
    bindInterface: 'eth0',
    mark: 7,
  },
  { type: 'ping', ...tries },
  {
    type: 'http',
    tls: false,
    protocol: '1.1',
    fastRecovery: true,
    urls: [
      { path: '/', status: ['200-299', '404'], virtualHost: 'www.example.org' },
      { path: '/health?full=1', status: ['200'], digest: '9b3a0c85a887a256d6939da88aabd8cd' },
      { path: '/text', status: ['200'], regex: '^(fine|well) rs[0-9]', regexAbsent: true },
    ],
    ...tries,
  },
  {
    type: 'http',
    tls: true,
    sni: true,
    urls: [{ path: '/', status: ['200'], virtualHost: 'www.example.org' }],
    ...tries,
  },
  { type: 'smtp', helo: 'lvs01.example.org', ...tries },
  { type: 'dns', name: 'www.example.org', record: 'AAAA', ...tries },
  {
    type: 'udp',
    payload: '70696e67',
    reply: '706f6exx',
    minReplyLength: 4,
    maxReplyLength: 16,
    ...tries,
  },
  {
    type: 'script',
    run: ['/bin/echo', '{host}', '{rip}:{port}'],
    timeout: 5,
    dynamicWeight: true,
    user: 'nobody',
    group: 'nogroup',
    retries: 0,
    retryDelay: 1,
  },
  { type: 'file', path: '/tmp/lvsform-{host}', weight: undefined },
  { type: 'bfd', minRx: 200, minTx: 200, idleTx: 1000, multiplier: 5, passive: true, maxHops: 1 },
];

/** The cluster of inventories/dr.yml with every check and all that happens when real servers fail. */
export const checked: Cluster = {
  ...dr,
  name: 'checked',
  services: dr.services.map(service => ({
    ...service,
    checks: everyCheck,
    availability: {
      sorryServer: { host: undefined, ip: '192.168.0.9', port: 80, inhibit: true },
      quorum: 2,
      hysteresis: 1,
      quorumUp: ['/bin/echo', 'up'],
      quorumDown: ['/bin/echo', 'down'],
      alpha: true,
      omega: true,
      inhibitOnFailure: true,
    },
    realServers: service.realServers.map((server, index) =>
      index === 0
        ? {
            ...server,
            weight: 2,
            notifyUp: ['/bin/echo', '{host}'],
            notifyDown: ['/bin/echo', '{rip}', '{port}'],
          }
        : {
            ...server,
            inhibitOnFailure: false,
            checks: [{ type: 'file', path: '/tmp/lvsform-{host}', weight: -1 }],
          },
    ),
  })),
};
