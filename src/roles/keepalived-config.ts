import type { Cluster, HealthCheck, Host, VirtualService, VrrpInstance } from '../model/cluster.ts';
import type { Secret } from '../model/secret.ts';
import { kernelMethod } from './kernel-method.ts';
import { syncGroup } from './sync-group.ts';

/**
 * The data of templates/keepalived.conf.hbs: the words of keepalived.conf(5) with the values for one director. The
 * oldest keepalived that is served is 2.0.4, the first that can check a file before it goes live (-t).
 */
export interface KeepalivedConfig {
  readonly host: string;
  readonly cluster: string;
  /** Connection timeouts in seconds; keepalived sets them only where it owns the table. */
  readonly timeouts: Cluster['director']['timeouts'];
  /** Names of the instances that fail over together: none, or two and more. */
  readonly syncGroup: readonly string[];
  readonly instances: readonly InstanceBlock[];
  readonly virtualServers: readonly VirtualServerBlock[];
}

export interface InstanceBlock {
  readonly name: string;
  readonly state: 'MASTER' | 'BACKUP';
  readonly interface: string;
  readonly virtualRouterId: number;
  readonly priority: number;
  readonly advertInterval: number;
  /** VRRP version: 2 has authentication and whole seconds (RFC 3768), 3 neither needs nor knows them (RFC 5798). */
  readonly version: 2 | 3;
  readonly authPass: Secret | undefined;
  readonly vips: readonly {
    readonly address: string;
    readonly device: string;
    readonly label: string | undefined;
  }[];
}

export interface VirtualServerBlock {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly scheduler: string;
  readonly method: string;
  readonly protocol: string;
  readonly delayLoop: number;
  /** Seconds. */
  readonly persistence: number | undefined;
  readonly servers: readonly {
    readonly host: string;
    readonly address: string;
    readonly port: number;
    readonly weight: number;
    readonly tcpCheck: Extract<HealthCheck, { type: 'tcp' }> | undefined;
    readonly httpCheck: Extract<HealthCheck, { type: 'http' }> | undefined;
  }[];
}

/** What keepalived does on this director. In mode `vrrp` it owns no part of the table, so it learns of none. */
export function keepalivedConfig(cluster: Cluster, host: Host): KeepalivedConfig {
  const ownsTable = cluster.director.mode === 'keepalived';
  return {
    host: host.name,
    cluster: cluster.name,
    timeouts: ownsTable ? cluster.director.timeouts : undefined,
    syncGroup: syncGroup(cluster, host),
    instances: cluster.vrrp.flatMap(instance => instanceBlock(instance, host)),
    virtualServers: ownsTable ? cluster.services.map(virtualServerBlock) : [],
  };
}

/** Nothing where the host is not a member. */
function instanceBlock(instance: VrrpInstance, host: Host): readonly InstanceBlock[] {
  const member = instance.members.find(one => one.host === host.name);
  if (member === undefined) return [];
  const fractional = !Number.isInteger(instance.advertInterval);
  const version = fractional || instance.vips.some(({ address }) => address.family === 6) ? 3 : 2;
  return [
    {
      name: instance.name,
      state: member.state,
      interface: instance.interface,
      virtualRouterId: instance.virtualRouterId,
      priority: member.priority,
      advertInterval: instance.advertInterval,
      version,
      authPass: version === 2 ? instance.authPass : undefined,
      vips: instance.vips.map(({ address, interface: device, label }) => ({
        address: `${address.ip}/${address.prefix}`,
        device,
        label,
      })),
    },
  ];
}

function virtualServerBlock(service: VirtualService): VirtualServerBlock {
  const { check } = service;
  return {
    name: service.name,
    address: service.vip.address.ip,
    port: service.port,
    scheduler: service.scheduler,
    method: kernelMethod(service.method),
    protocol: service.protocol.toUpperCase(),
    delayLoop: service.delayLoop,
    persistence: service.persistence > 0 ? service.persistence : undefined,
    servers: service.realServers.map(({ host, rip, port, weight }) => ({
      host,
      address: rip,
      port,
      weight,
      tcpCheck: check.type === 'tcp' ? check : undefined,
      httpCheck: check.type === 'http' ? check : undefined,
    })),
  };
}
