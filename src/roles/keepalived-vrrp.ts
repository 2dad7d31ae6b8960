import type { Host, VrrpInstance } from '../model/cluster.ts';
import type { Secret } from '../model/secret.ts';

/** Data of templates/keepalived/vrrp.hbs: one vrrp_instance, in the words of keepalived.conf(5). */
export interface InstanceBlock {
  readonly name: string;
  readonly state: 'MASTER' | 'BACKUP';
  readonly interface: string;
  readonly virtualRouterId: number;
  readonly priority: number;
  readonly advertInterval: number;
  /** VRRP version: 2 has authentication and whole seconds (RFC 3768), 3 neither needs nor knows them (RFC 5798). */
  readonly version: 2 | 3;
  readonly authPass: Secret | undefined;
  readonly vips: readonly {
    readonly address: string;
    readonly device: string;
    readonly label: string | undefined;
  }[];
}

/** The block of an instance on one director. Nothing where the host is not a member. */
export function instanceBlock(instance: VrrpInstance, host: Host): readonly InstanceBlock[] {
  const member = instance.members.find(one => one.host === host.name);
  if (member === undefined) return [];
  const fractional = !Number.isInteger(instance.advertInterval);
  const version = fractional || instance.vips.some(({ address }) => address.family === 6) ? 3 : 2;
  return [
    {
      name: instance.name,
      state: member.state,
      interface: instance.interface,
      virtualRouterId: instance.virtualRouterId,
      priority: member.priority,
      advertInterval: instance.advertInterval,
      version,
      authPass: version === 2 ? instance.authPass : undefined,
      vips: instance.vips.map(({ address, interface: device, label }) => ({
        address: `${address.ip}/${address.prefix}`,
        device,
        label,
      })),
    },
  ];
}
