import type { RealServer, VirtualService } from '../model/cluster.ts';

/**
 * The port of a real server in IPVS's table. A service by firewall mark has many ports, and 0 keeps the one that the
 * client called (ip_vs_schedule in net/netfilter/ipvs/ip_vs_core.c); keepalived puts no other there.
 */
export function tablePort({ mark }: VirtualService, server: RealServer): number {
  return mark === undefined ? server.port : 0;
}
