import type { Host, Vip, VrrpInstance } from '../model/cluster.ts';
import type { Secret } from '../model/secret.ts';
import { type FollowingBlock, followingBlock, garpLines, lines } from './keepalived-lines.ts';

/** Data of templates/keepalived/vrrp.hbs: one vrrp_instance, in the words of keepalived.conf(5). */
export interface InstanceBlock extends FollowingBlock {
  readonly name: string;
  readonly state: 'MASTER' | 'BACKUP';
  readonly interface: string;
  readonly virtualRouterId: number;
  readonly priority: number;
  readonly advertInterval: number;
  readonly version: 2 | 3;
  readonly authType: string;
  readonly authPass: Secret | undefined;
  readonly settings: readonly string[];
  /** Where advertisements go by address: from where, and to whom. */
  readonly unicast: { readonly source: string; readonly peers: readonly string[] } | undefined;
  readonly vips: readonly AddressLine[];
  /** Addresses of the other family: they move along, and are not advertised. */
  readonly excluded: readonly AddressLine[];
}

interface AddressLine {
  readonly address: string;
  readonly device: string | undefined;
  readonly label: string | undefined;
}

/** The block of an instance on one director. Nothing where the host is not a member. */
export function instanceBlock(instance: VrrpInstance, host: Host): readonly InstanceBlock[] {
  const member = instance.members.find(one => one.host === host.name);
  if (member === undefined) return [];
  const { nopreempt, preemptDelay, vmac } = instance;
  // Who begins as MASTER takes the VIPs at once: then there is nothing to delay or to leave out.
  const waits = nopreempt || preemptDelay !== undefined;
  const family = instance.vips[0]?.address.family;
  return [
    {
      name: instance.name,
      state: waits ? 'BACKUP' : member.state,
      interface: instance.interface,
      virtualRouterId: instance.virtualRouterId,
      priority: member.priority,
      advertInterval: instance.advertInterval,
      version: instance.version,
      authType: instance.authType,
      authPass: instance.authPass,
      settings: [
        ...lines({
          nopreempt,
          preempt_delay: preemptDelay,
          use_vmac: vmac !== undefined,
          vmac_xmit_base: vmac?.xmitBase,
        }),
        ...garpLines('', instance.garp),
      ],
      unicast:
        member.address === undefined
          ? undefined
          : {
              source: member.address,
              peers: instance.members.flatMap(({ address, host: other }) =>
                address === undefined || other === host.name ? [] : [address],
              ),
            },
      vips: instance.vips.filter(({ address }) => address.family === family).map(vip => line(vip, instance)),
      excluded: instance.vips
        .filter(({ address }) => address.family !== family)
        .map(vip => line(vip, instance)),
      ...followingBlock(instance),
    },
  ];
}

/** An address on the virtual interface of `use_vmac` names no device: keepalived would put it onto the real one. */
function line(
  { address, interface: device, label }: Vip,
  { vmac, interface: own }: VrrpInstance,
): AddressLine {
  return {
    address: `${address.ip}/${address.prefix}`,
    device: vmac !== undefined && device === own ? undefined : device,
    label,
  };
}
