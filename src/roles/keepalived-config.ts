import type { Cluster, Host } from '../model/cluster.ts';
import { type CheckSources, checkSources } from './keepalived-sources.ts';
import { type VirtualServerBlock, virtualServerBlock } from './keepalived-virtual-servers.ts';
import { type InstanceBlock, instanceBlock } from './keepalived-vrrp.ts';
import { syncGroup } from './sync-group.ts';

/**
 * Data of templates/keepalived.conf.hbs and of its parts in templates/keepalived/: the words of keepalived.conf(5)
 * with the values for one director. The oldest keepalived that is served is 2.0.4, the first that can check a file
 * before it goes live (-t).
 */
export interface KeepalivedConfig {
  readonly host: string;
  readonly cluster: string;
  /** Connection timeouts in seconds; keepalived sets them only where it owns the table. */
  readonly timeouts: Cluster['director']['timeouts'];
  /** Names of the instances that fail over together: none, or two and more. */
  readonly syncGroup: readonly string[];
  readonly instances: readonly InstanceBlock[];
  /** What checks look at that has blocks of its own. */
  readonly sources: CheckSources;
  readonly virtualServers: readonly VirtualServerBlock[];
}

/** What keepalived does on this director. In mode `vrrp` it owns no part of the table, so it learns of none. */
export function keepalivedConfig(cluster: Cluster, host: Host): KeepalivedConfig {
  const ownsTable = cluster.director.mode === 'keepalived';
  return {
    host: host.name,
    cluster: cluster.name,
    timeouts: ownsTable ? cluster.director.timeouts : undefined,
    syncGroup: syncGroup(cluster, host),
    instances: cluster.vrrp.flatMap(instance => instanceBlock(instance, host)),
    sources: ownsTable ? checkSources(cluster, host) : { files: [], sessions: [] },
    virtualServers: ownsTable ? cluster.services.map(virtualServerBlock) : [],
  };
}
