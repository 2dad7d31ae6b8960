import type { Vip, VrrpInstance } from '../../model/cluster.ts';
import { defaults } from '../defaults.ts';
import type { DraftInstance } from '../draft/instance.ts';
import type { DraftVip } from '../draft/vip.ts';
import type { Secrets } from '../secrets/resolve.ts';
import { certain } from './certain.ts';

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
  const own = new Set(instance.vips.map(({ name }) => name));
  return {
    name: instance.name,
    virtualRouterId: instance.yaml.virtual_router_id,
    interface: certain(instance.interface),
    advertInterval: instance.yaml.advert_interval ?? defaults.advertInterval,
    authPass: secrets([...instance.path, 'auth_pass']),
    vips: vips.filter(({ name }) => own.has(name)),
    members: instance.members.map(({ host, priority }, index) => ({
      host: host.name,
      priority,
      state: index === 0 ? 'MASTER' : 'BACKUP',
    })),
  };
}
