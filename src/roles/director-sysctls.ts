import { sysctl } from '../kinds/sysctl.ts';
import type { Cluster, ForwardingMethod, Host } from '../model/cluster.ts';
import { type Resource, resource } from '../model/kind.ts';
import { familyOf } from '../model/network.ts';
import { staticVips } from './static-vips.ts';
import { vsSysctls } from './vs-sysctls.ts';

/**
 * What a director's kernel must be told, by what its services need and nothing more (kernel:
 * Documentation/networking/ip-sysctl.rst and ipvs-sysctl.rst).
 *
 * DR and TUN need no ip_forward: IPVS takes the packet on its way in and sends it out as the host's own. NAT does,
 * because the replies of the real servers are forwarded, and so does FULLNAT, for which it is the same.
 */
export function directorSysctls(cluster: Cluster, host: Host): readonly Resource[] {
  return [
    ...(uses(cluster, 'NAT') || uses(cluster, 'FULLNAT') ? natSysctls(host) : []),
    ...vsSysctls(cluster, host),
    ...announced(cluster, host),
  ];
}

/**
 * Nothing like arping tells the neighbours of an IPv6 address: the kernel does, with this setting, when it has found that
 * nobody else has the address (ip-sysctl.rst; addrconf_dad_completed in net/ipv6/addrconf.c). keepalived does it itself.
 * `all` is there at boot before any interface has got its name.
 */
function announced(cluster: Cluster, host: Host): readonly Resource[] {
  if (!staticVips(cluster, host).some(({ address }) => familyOf(address) === 6)) return [];
  return [
    resource(
      sysctl,
      { key: 'net.ipv6.conf.all.ndisc_notify', value: '1' },
      'tells the neighbours of an IPv6 VIP that it is here now',
    ),
  ];
}

/**
 * ip_forward comes first: writing it resets other settings of every interface. The kernel takes `all` OR the interface
 * for send_redirects, so each must be 0; `default` is for interfaces that appear later. For rp_filter it takes the
 * larger, so `all` = 2 alone makes every interface loose.
 */
function natSysctls(host: Host): readonly Resource[] {
  const redirects = 'otherwise the director tells the real servers a way around itself';
  const interfaces = ['all', 'default', ...host.interfaces.map(({ name }) => name.replaceAll('.', '/'))];
  return [
    resource(sysctl, { key: 'net.ipv4.ip_forward', value: '1' }, 'NAT: replies pass through the director'),
    ...interfaces.map(name =>
      resource(sysctl, { key: `net.ipv4.conf.${name}.send_redirects`, value: '0' }, redirects),
    ),
    resource(
      sysctl,
      { key: 'net.ipv4.conf.all.rp_filter', value: '2' },
      'a strict check of the way back drops packets that arrive by another interface than answers leave by',
    ),
  ];
}

function uses(cluster: Cluster, method: ForwardingMethod): boolean {
  return cluster.services.some(service => service.method === method);
}
