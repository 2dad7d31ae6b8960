import type { VirtualServerSpec } from '../kinds/virtual-server-spec.ts';
import type { Cluster, VirtualService } from '../model/cluster.ts';
import { endpoint } from '../model/network.ts';
import { kernelMethod } from './kernel-method.ts';
import { tablePort } from './table-port.ts';

/** The IPVS table that every director carries, service by service. */
export function virtualServers(
  cluster: Cluster,
): readonly { readonly spec: VirtualServerSpec; readonly reason: string }[] {
  return cluster.services.map(service => ({
    spec: virtualServerSpec(service),
    reason: `service ${service.name}: who answers for ${calledBy(service)}`,
  }));
}

/** A service in the words of the kind; what nobody asked for is left out. */
export function virtualServerSpec(service: VirtualService): VirtualServerSpec {
  const { vip, port, protocol, mark, persistencePrefix: prefix, persistenceEngine: engine } = service;
  return {
    ...(mark === undefined
      ? { protocol, address: vip.address.ip, port }
      : { fwmark: mark.value, family: vip.address.family }),
    scheduler: service.scheduler,
    ...(service.schedulerFlags.length === 0 ? {} : { scheduler_flags: service.schedulerFlags }),
    method: kernelMethod(service.method),
    persistence: service.persistence,
    ...(prefix === undefined ? {} : { persistence_prefix: prefix }),
    ...(engine === undefined ? {} : { persistence_engine: engine }),
    ...(service.onePacket ? { one_packet: true } : {}),
    servers: service.realServers.map(server => ({
      address: server.rip,
      port: tablePort(service, server),
      weight: server.weight,
      ...(server.upperThreshold === 0 ? {} : { upper_threshold: server.upperThreshold }),
      ...(server.lowerThreshold === 0 ? {} : { lower_threshold: server.lowerThreshold }),
    })),
    drain: service.drain,
  };
}

function calledBy({ mark, vip, port }: VirtualService): string {
  return mark === undefined ? endpoint(vip.address.ip, port) : `packets of firewall mark ${mark.value}`;
}
