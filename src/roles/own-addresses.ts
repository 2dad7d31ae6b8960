import type { Cluster, Host, VirtualService } from '../model/cluster.ts';
import { contains, familyOf } from '../model/network.ts';

/**
 * The address with which a director calls a real server, as its kernel would choose it: the one in the real server's
 * subnet, or else the one by which its default route leaves. The inventory knows no other routes.
 */
export function ownAddress({ interfaces, defaultRoute }: Host, rip: string): string | undefined {
  const own = interfaces
    .flatMap(({ addresses }) => addresses)
    .filter(({ family }) => family === familyOf(rip));
  const beside = (ip: string) => own.find(net => contains(net, ip))?.ip;
  const leaving = defaultRoute === undefined ? undefined : beside(defaultRoute);
  return beside(rip) ?? leaving ?? own[0]?.ip;
}

/** What a FULLNAT service's packets to one real server get as their source: an address, or the first and last of a pool. */
export function sourceOf(host: Host, rip: string): string | undefined {
  const { localAddresses: pool } = host;
  if (pool === undefined || familyOf(rip) === 6) return ownAddress(host, rip);
  const [first = '', last = first] = [pool.addresses[0], pool.addresses.at(-1)];
  return first === last ? first : `${first}-${last}`;
}

/** The pool as addresses on its interface; empty where no service would use it. */
export function boundPool(
  cluster: Cluster,
  { localAddresses: pool }: Host,
): readonly { readonly device: string; readonly address: string }[] {
  if (pool === undefined || !cluster.services.some(isFullNat)) return [];
  return pool.addresses.map(ip => ({ device: pool.interface, address: `${ip}/32` }));
}

/** Whether a service's packets get an address of the director as their source. */
export function isFullNat({ method }: VirtualService): boolean {
  return method === 'FULLNAT';
}
