import type { Cluster, Host, VirtualService } from '../model/cluster.ts';
import { isFullNat, sourceOf } from './own-addresses.ts';
import type { HostRule } from './rule-rows.ts';

/**
 * What makes FULLNAT of NAT: packets that IPVS sends to a real server also get an address of this director as their
 * source (xt_ipvs, in iptables-extensions(8); it sees IPVS's connections by net.ipv4.vs.conntrack). `--vmethod MASQ` is
 * IPVS's NAT, and leaves alone what a service of another method on the same VIP sends.
 */
export function fullNatRules({ services }: Cluster, host: Host): readonly HostRule[] {
  return services.filter(isFullNat).flatMap(service => rulesOf(service, host));
}

function rulesOf(service: VirtualService, host: Host): readonly HostRule[] {
  const ways = service.realServers.map(({ rip }) => ({ rip, source: sourceOf(host, rip) }));
  const sources = new Set(ways.map(({ source }) => source));
  const [all] = ways;
  const apart = sources.size > 1 ? ways : all === undefined ? [] : [{ rip: undefined, source: all.source }];
  return apart.flatMap(({ rip, source }) =>
    source === undefined
      ? []
      : [
          {
            spec: {
              table: 'nat',
              chain: 'POSTROUTING',
              rule: [
                ...(rip === undefined ? [] : ['-d', rip]),
                ...called(service),
                ...['--vmethod', 'MASQ', '-j', 'SNAT', '--to-source', source],
              ],
              family: service.vip.address.family,
            },
            reason: `FULLNAT: service ${service.name} reaches its real servers${rip === undefined ? '' : ` (${rip})`} as ${source}, so they answer to it`,
          },
        ],
  );
}

/** A service by firewall mark is known by the mark, which a packet keeps while it passes; any other by its VIP and port. */
function called({ mark, protocol, vip, port }: VirtualService): readonly string[] {
  if (mark !== undefined) return ['-m', 'mark', '--mark', String(mark.value), '-m', 'ipvs', '--ipvs'];
  return ['-m', 'ipvs', '--vproto', protocol, '--vaddr', vip.address.ip, '--vport', String(port)];
}
