import { iptables } from '../kinds/iptables.ts';
import { packageKind } from '../kinds/package.ts';
import { sysctl } from '../kinds/sysctl.ts';
import type { Cluster, Host } from '../model/cluster.ts';
import { type Resource, resource } from '../model/kind.ts';
import { gatewayRules } from './gateway-rules.ts';
import { gatewayScript } from './gateway-script.ts';
import { ownUnit } from './own-unit.ts';

/** The kernel takes the larger of `all` and the interface, so this makes every one of them loose. */
const loose = resource(
  sysctl,
  { key: 'net.ipv4.conf.all.rp_filter', value: '2' },
  'TUN: answers come from the VIP by another interface than leads to it, which a strict check drops',
);

/**
 * A gateway between the cluster's network and the outside: it forwards, and where the inventory says so, rewrites.
 * Rules are live first, then the script and unit that bring them back at boot.
 */
export function gateway(cluster: Cluster, host: Host): readonly Resource[] {
  const rules = gatewayRules(cluster, host);
  return [
    resource(
      sysctl,
      { key: 'net.ipv4.ip_forward', value: '1' },
      'a gateway passes on what is not for itself',
    ),
    ...(cluster.services.some(({ method }) => method === 'TUN') ? [loose] : []),
    ...(rules.length === 0
      ? []
      : [
          resource(packageKind, { name: 'iptables' }, 'holds the rules of the gateway'),
          ...rules.map(({ spec, reason }) => resource(iptables, spec, reason)),
          ...ownUnit({
            script: '/usr/local/sbin/lvsform-gateway.sh',
            template: 'gateway.sh',
            data: gatewayScript(cluster, host, rules),
            unit: 'lvsform-gateway',
            holds: 'iptables rules are gone after a reboot',
          }),
        ]),
  ];
}
