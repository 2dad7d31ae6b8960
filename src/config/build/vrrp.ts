import type { Vip, VrrpInstance } from '../../model/cluster.ts';
import type { VrrpMember } from '../../model/vrrp.ts';
import { defaults } from '../defaults.ts';
import { addressOf, type DraftInstance } from '../draft/instance.ts';
import type { DraftVip } from '../draft/vip.ts';
import type { Secrets } from '../secrets/resolve.ts';
import { certain } from './certain.ts';
import { buildFollowing, buildGarp } from './follow.ts';

/** A VIP with the interface that was found for it. */
export function buildVip(vip: DraftVip): Vip {
  return {
    name: vip.name,
    address: vip.net,
    interface: certain(vip.interface),
    label: vip.yaml.label,
  };
}

/** An instance with its members in order: the first is the MASTER, and the only one. */
export function buildInstance(instance: DraftInstance, vips: readonly Vip[], secrets: Secrets): VrrpInstance {
  const { yaml, family } = instance;
  const own = new Set(instance.vips.map(({ name }) => name));
  const carried = vips.filter(({ name }) => own.has(name));
  return {
    name: instance.name,
    virtualRouterId: yaml.virtual_router_id,
    interface: certain(instance.interface),
    version: instance.version,
    advertInterval: yaml.advert_interval ?? defaults.advertInterval,
    authType: yaml.auth_type ?? 'PASS',
    authPass: secrets([...instance.path, 'auth_pass']),
    vips: [
      ...carried.filter(({ address }) => address.family === family),
      ...carried.filter(({ address }) => address.family !== family),
    ],
    unicast: yaml.unicast ?? false,
    nopreempt: yaml.nopreempt ?? false,
    preemptDelay: yaml.preempt_delay,
    vmac: yaml.use_vmac === true ? { xmitBase: yaml.vmac_xmit_base ?? false } : undefined,
    garp: buildGarp(yaml),
    members: buildMembers(instance),
    ...buildFollowing(yaml),
  };
}

function buildMembers(instance: DraftInstance): readonly VrrpMember[] {
  return instance.members.map(({ host, priority }, index) => ({
    host: host.name,
    priority,
    state: index === 0 ? 'MASTER' : 'BACKUP',
    address: instance.yaml.unicast === true ? certain(addressOf(host, instance)) : undefined,
  }));
}
