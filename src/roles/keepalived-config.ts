import type { Cluster, Host } from '../model/cluster.ts';
import { type GlobalBlocks, globalBlocks } from './keepalived-globals.ts';
import { type CheckSources, checkSources } from './keepalived-sources.ts';
import { type VirtualServerBlock, virtualServerBlocks } from './keepalived-virtual-servers.ts';
import { type InstanceBlock, instanceBlock } from './keepalived-vrrp.ts';
import { type SyncGroupBlock, syncGroups } from './sync-groups.ts';

/**
 * Data of templates/keepalived.conf.hbs and of its parts in templates/keepalived/: the words of keepalived.conf(5)
 * with the values for one director. The oldest keepalived that is served is 2.0.4, the first that can check a file
 * before it goes live (-t).
 */
export interface KeepalivedConfig extends GlobalBlocks {
  readonly host: string;
  readonly routerId: string;
  readonly cluster: string;
  /** Connection timeouts in seconds; keepalived sets them only where it owns the table. */
  readonly timeouts: Cluster['director']['timeouts'];
  readonly syncGroups: readonly SyncGroupBlock[];
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
    routerId: cluster.keepalived.routerId ?? host.name,
    cluster: cluster.name,
    timeouts: ownsTable ? cluster.director.timeouts : undefined,
    ...globalBlocks(cluster, host),
    syncGroups: syncGroups(cluster, host),
    instances: cluster.vrrp.flatMap(instance => instanceBlock(instance, host)),
    sources: ownsTable ? checkSources(cluster, host) : { files: [], sessions: [] },
    virtualServers: ownsTable ? virtualServerBlocks(cluster.services) : [],
  };
}
