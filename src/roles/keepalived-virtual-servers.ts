import type { HealthCheck, VirtualService } from '../model/cluster.ts';
import { kernelMethod } from './kernel-method.ts';

/** Data of templates/keepalived/virtual-servers.hbs: one virtual_server, in the words of keepalived.conf(5). */
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

/** The block of a service: the same on every director. */
export function virtualServerBlock(service: VirtualService): VirtualServerBlock {
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
