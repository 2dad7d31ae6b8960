import type { VirtualServerSpec } from '../kinds/virtual-server.ts';
import type { Cluster } from '../model/cluster.ts';
import { kernelMethod } from './kernel-method.ts';

/** The IPVS table that every director carries, service by service. */
export function virtualServers(
  cluster: Cluster,
): readonly { readonly spec: VirtualServerSpec; readonly reason: string }[] {
  return cluster.services.map(service => ({
    spec: {
      protocol: service.protocol,
      address: service.vip.address.ip,
      port: service.port,
      scheduler: service.scheduler,
      method: kernelMethod(service.method),
      persistence: service.persistence,
      servers: service.realServers.map(({ rip, port, weight }) => ({ address: rip, port, weight })),
      drain: service.drain,
    },
    reason: `service ${service.name}: who answers for ${service.vip.address.ip}:${service.port}`,
  }));
}
