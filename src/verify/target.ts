import type { Cluster, Host, PortRange, VirtualService } from '../model/cluster.ts';
import { contains, endpoint } from '../model/network.ts';

/** Where a client finds a service: the VIP itself, or the address with which a gateway forwards to it. */
export interface Target {
  readonly address: string;
  readonly port: number;
  readonly through: 'vip' | 'gateway';
  /** The VIP and port that the director sees, `192.168.0.240:80`. */
  readonly virtual: string;
}

/**
 * All places at which a client reaches a service: one, or with a firewall mark each VIP and port, of ranges the first
 * and the last. A client reaches a VIP where it shares its network or has a default route; one that only shares a
 * network with a gateway's forwarded address (the outside) calls that. Empty: it has no way to the service.
 */
export function targetsOf(cluster: Cluster, client: Host, service: VirtualService): readonly Target[] {
  const { mark, vip, port } = service;
  const vips = mark?.vips ?? [vip];
  const ports = mark === undefined ? [port] : mark.ports.flatMap(ends);
  return vips.flatMap(({ address: { ip } }) =>
    ports.flatMap(each => targetOf(cluster, client, service, ip, each) ?? []),
  );
}

function targetOf(
  { gateway }: Cluster,
  client: Host,
  { group, protocol }: VirtualService,
  ip: string,
  port: number,
): Target | undefined {
  const near = (address: string) =>
    client.interfaces.some(nic => nic.addresses.some(net => contains(net, address)));
  const virtual = endpoint(ip, port);
  const vip = { address: ip, port, through: 'vip', virtual } as const;
  if (near(ip)) return vip;
  for (const forward of gateway.forwards) {
    const named =
      forward.service === group ||
      forward.service?.startsWith(`${group}@`) ||
      forward.service?.startsWith(`${group}:`);
    if (!named || forward.protocol !== protocol || forward.to.address !== ip || !near(forward.address))
      continue;
    const { first, last } = forward.ports;
    const outer = forward.to.port === undefined ? port : forward.to.port === port ? first : undefined;
    if (outer === undefined || outer < first || outer > last) continue;
    return { address: forward.address, port: outer, through: 'gateway', virtual };
  }
  return client.defaultRoute === undefined ? undefined : vip;
}

function ends({ first, last }: PortRange): readonly number[] {
  return first === last ? [first] : [first, last];
}
