import { addressKind } from '../kinds/address.ts';
import { command } from '../kinds/command.ts';
import { kernelModule } from '../kinds/kernel-module.ts';
import { route } from '../kinds/route.ts';
import { sysctl } from '../kinds/sysctl.ts';
import type { Cluster, Host } from '../model/cluster.ts';
import { script } from '../model/command.ts';
import { type Resource, resource } from '../model/kind.ts';
import { firewall } from './firewall.ts';
import { ownUnit } from './own-unit.ts';
import { type RsDuties, rsDuties } from './rs-duties.ts';
import { rsScript } from './rs-script.ts';

/**
 * A real server. What it needs depends on how the services that name it reach it: with DR and TUN it holds the VIP
 * and must not answer ARP for it; with NAT it knows nothing of the VIP and only has to answer through the director.
 * A host that no service names needs nothing.
 *
 * The ARP settings come before the VIP, and so go after it: in between, the whole segment would send its requests
 * here instead of to the director, without one of them failing.
 */
export function realServer(cluster: Cluster, host: Host): readonly Resource[] {
  const duties = rsDuties(cluster, host);
  const opened = firewall(cluster, host);
  if (duties.vips.length === 0 && duties.natRoute === undefined) return opened;
  return [...opened, ...held(duties), ...natRoute(duties), ...unit(cluster, host, duties)];
}

function held({ vips, tunnel, settings }: RsDuties): readonly Resource[] {
  return [
    ...(tunnel ? [resource(kernelModule, { name: 'ipip' }, 'TUN: takes requests out of their tunnel')] : []),
    ...settings.map(({ key, value, reason }) => resource(sysctl, { key, value }, reason)),
    ...(tunnel ? [tunnelUp] : []),
    ...vips.map(({ device, address, label }) =>
      resource(
        addressKind,
        { interface: device, address, ...(label === undefined ? {} : { label }) },
        'requests arrive with the VIP as their destination; only a host that has it takes them',
      ),
    ),
  ];
}

/**
 * tunl0 is made by the module ipip, once and for all, and is down until told otherwise (kernel: net/ipv4/ipip.c). Before
 * that nobody must ask ip(8) for it by name: the kernel would load the module, and a plan must not write.
 */
const tunnelUp = resource(
  command,
  {
    name: 'tunl0-up',
    run: ['ip', 'link', 'set', 'dev', 'tunl0', 'up'],
    unless: script(
      'lvsform-test-tunnel',
      '[ -e /sys/class/net/tunl0 ] && ip -o link show dev tunl0 up | grep -q .',
    ),
    undo: script('lvsform-take-tunnel-down', '[ ! -e /sys/class/net/tunl0 ] || ip link set dev tunl0 down'),
  },
  'the end of the tunnel; a device that is down takes nothing',
);

/**
 * The only default route that is LVS's business: without it NAT replies reach the client from an address that it
 * never called. Every other host's default route belongs to its network configuration, and stays as it is.
 */
function natRoute({ natRoute: via }: RsDuties): readonly Resource[] {
  if (via === undefined) return [];
  return [
    resource(
      route,
      { to: 'default', via },
      'NAT: the director must see the replies to put the VIP back into them',
    ),
  ];
}

function unit(cluster: Cluster, host: Host, duties: RsDuties): readonly Resource[] {
  return ownUnit({
    script: '/usr/local/sbin/rs_server.sh',
    template: 'rs_server.sh',
    data: rsScript(cluster, host, duties),
    unit: 'lvsform-rs',
    holds: duties.vips.length > 0 ? 'the VIP is gone after a reboot' : 'the route is gone after a reboot',
  });
}
