import type { Cluster, ForwardingMethod, Host, Vip, VirtualService } from '../model/cluster.ts';
import { arpSettings, type RsSetting, tunnelSettings } from './rs-settings.ts';

/** What a real server must have for the services that it is in. */
export interface RsDuties {
  /** VIPs that it takes packets for itself (DR and TUN), each on one device. */
  readonly vips: readonly HeldVip[];
  /** What its kernel must be told before it has the first of them. */
  readonly settings: readonly RsSetting[];
  /** It takes packets out of IPIP tunnels. */
  readonly tunnel: boolean;
  /** The next hop that its NAT replies must take, where the inventory states one. */
  readonly natRoute: string | undefined;
}

export interface HeldVip {
  readonly device: 'lo' | 'tunl0';
  /** With the full prefix: the host alone, so that it makes no route. */
  readonly address: string;
  /** At most 15 characters (IFNAMSIZ); IPv6 addresses have none. */
  readonly label: string | undefined;
  readonly family: 4 | 6;
}

/**
 * A host's part by the services that name it. A VIP goes to lo for DR, to tunl0 for TUN, and for both to tunl0: where a
 * local address sits does not matter to what arrives for it, twice would be one too many to take away, and a tunl0 without
 * an address drops what comes out of the tunnel, unless rp_filter is off (kernel: net/ipv4/fib_frontend.c, `no_addr`).
 */
export function rsDuties(cluster: Cluster, host: Host): RsDuties {
  const vipsBy = (method: ForwardingMethod): ReadonlySet<string> =>
    new Set(
      cluster.services
        .filter(service => service.method === method)
        .filter(service => answers(service, host))
        .flatMap(({ vip, mark }) => (mark?.vips ?? [vip]).map(({ name }) => name)),
    );
  const direct = vipsBy('DR');
  const tunneled = vipsBy('TUN');
  const vips = cluster.vips
    .filter(vip => direct.has(vip.name) || tunneled.has(vip.name))
    .map(vip => heldVip(vip, tunneled.has(vip.name) ? 'tunl0' : 'lo'));
  const tunnel = tunneled.size > 0;
  return {
    vips,
    settings: [
      ...(vips.some(({ family }) => family === 4) ? arpSettings : []),
      ...(tunnel ? tunnelSettings : []),
    ],
    tunnel,
    natRoute: vipsBy('NAT').size > 0 ? host.defaultRoute : undefined,
  };
}

/** As a real server, or in place of all of them. */
function answers({ realServers, availability }: VirtualService, host: Host): boolean {
  return [...realServers, availability.sorryServer].some(each => each?.host === host.name);
}

/** The label keeps what follows the colon on the director (eth0:240 gives lo:240), or tells the address's last number. */
function heldVip(vip: Vip, device: HeldVip['device']): HeldVip {
  const { ip, family } = vip.address;
  const suffix = vip.label?.split(':')[1] ?? ip.split('.').at(-1);
  return {
    device,
    address: `${ip}/${family === 4 ? 32 : 128}`,
    label: family === 4 ? `${device}:${suffix}`.slice(0, 15) : undefined,
    family,
  };
}
