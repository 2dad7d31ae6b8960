import type { RealServer, VirtualService } from '../model/cluster.ts';
import { endpoint } from '../model/network.ts';

/** A service as ipvsadm lists it: `TCP 192.168.0.240:80`, `FWM 5`, `FWM 5 IPv6`. */
export function serviceKey({ protocol, vip, port, mark }: VirtualService): string {
  if (mark !== undefined) return `FWM ${mark.value}${vip.address.family === 6 ? ' IPv6' : ''}`;
  return `${protocol.toUpperCase()} ${endpoint(vip.address.ip, port)}`;
}

/**
 * What a map by `address:port` says of an RS. With a firewall mark the port is the client's or the table's own (0), so
 * the address alone tells.
 */
export function ofServer<Value>(
  map: ReadonlyMap<string, Value>,
  service: VirtualService,
  server: RealServer,
): Value | undefined {
  if (service.mark === undefined) return map.get(endpoint(server.rip, server.port));
  const address = endpoint(server.rip, 0).slice(0, -1);
  return [...map].find(([place]) => place.startsWith(address))?.[1];
}
