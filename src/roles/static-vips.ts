import type { AddressSpec } from '../kinds/address.ts';
import type { Cluster, Host, Vip } from '../model/cluster.ts';

/**
 * The VIPs that a director of mode `static` holds by itself. With nobody to arbitrate, just one may: the director of
 * the highest priority, the first of equals. Any other carries the rules alone, as a spare to be switched to by hand.
 */
export function staticVips(cluster: Cluster, host: Host): readonly AddressSpec[] {
  if (cluster.director.mode !== 'static' || host.name !== holder(cluster)) return [];
  return cluster.vips.map(vipAddress);
}

function vipAddress({ address, interface: device, label }: Vip): AddressSpec {
  return {
    interface: device,
    address: `${address.ip}/${address.prefix}`,
    ...(label === undefined ? {} : { label }),
    announce: true,
  };
}

function holder(cluster: Cluster): string | undefined {
  const directors = cluster.hosts.filter(({ roles }) => roles.includes('director'));
  const highest = Math.max(...directors.map(({ priority }) => priority ?? 0));
  return directors.find(({ priority }) => (priority ?? 0) === highest)?.name;
}
