import type { Cluster, Host, VirtualService } from '../model/cluster.ts';
import { contains } from '../model/network.ts';

/** Where a client finds a service: the VIP itself, or the address with which a gateway forwards to it. */
export interface Target {
  readonly address: string;
  readonly port: number;
  readonly through: 'vip' | 'gateway';
}

/**
 * A client reaches the VIP where it shares its network or has a default route; one that only shares a network with a
 * gateway's forwarded address (the outside) calls that. undefined: it has no way to the service.
 */
export function target(cluster: Cluster, client: Host, service: VirtualService): Target | undefined {
  const near = (address: string) =>
    client.interfaces.some(nic => nic.addresses.some(net => contains(net, address)));
  const vip = { address: service.vip.address.ip, port: service.port, through: 'vip' } as const;
  if (near(vip.address)) return vip;
  const forward = cluster.gateway.forwards.find(
    ({ service: name, address, protocol }) =>
      name === service.name && protocol === service.protocol && near(address),
  );
  if (forward) return { address: forward.address, port: forward.ports.first, through: 'gateway' };
  return client.defaultRoute === undefined ? undefined : vip;
}
