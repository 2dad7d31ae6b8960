import type { RealServer, VirtualService } from '../model/cluster.ts';

/**
 * The port of a real server in IPVS's table. A service by firewall mark has many ports, and 0 keeps the one that the
 * client called (ip_vs_schedule in net/netfilter/ipvs/ip_vs_core.c); its first port is only where checks go. Another port
 * than that, written at the server, is one for all of them.
 */
export function tablePort({ mark, port }: VirtualService, server: RealServer): number {
  return mark !== undefined && server.port === port ? 0 : server.port;
}
