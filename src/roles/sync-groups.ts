import type { Cluster, Host } from '../model/cluster.ts';
import { type FollowingBlock, followingBlock } from './keepalived-lines.ts';
import { syncGroup } from './sync-group.ts';

/** Data of templates/keepalived/vrrp.hbs: one vrrp_sync_group. */
export interface SyncGroupBlock extends FollowingBlock {
  readonly name: string;
  readonly instances: readonly string[];
}

/**
 * The sync groups of a director: those of the inventory, and the instances that NAT ties together. What NAT ties to an
 * instance of a group belongs to that group, for an instance can be in one group alone.
 */
export function syncGroups(cluster: Cluster, host: Host): readonly SyncGroupBlock[] {
  const own = new Set(
    cluster.vrrp.filter(one => one.members.some(each => each.host === host.name)).map(one => one.name),
  );
  const tied = syncGroup(cluster, host);
  const home = cluster.keepalived.syncGroups.find(group => group.instances.some(name => tied.includes(name)));
  const named = cluster.keepalived.syncGroups.map(group => ({
    name: group.name,
    instances: [...new Set([...group.instances, ...(group === home ? tied : [])])].filter(name =>
      own.has(name),
    ),
    ...followingBlock(group),
  }));
  const automatic = { name: cluster.name, instances: tied, tracks: [], notify: [] };
  return [...named, ...(home === undefined ? [automatic] : [])].filter(
    ({ instances }) => instances.length > 1,
  );
}
