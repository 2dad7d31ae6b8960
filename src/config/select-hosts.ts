import { type Cluster, type Host, roleNames } from '../model/cluster.ts';
import { globs } from '../model/glob.ts';
import { didYouMean } from './suggest.ts';

/** Groups of hosts that every inventory has, empty or not. */
export const groups = ['all', ...roleNames, 'director_master', 'director_backup', 'pool_server'] as const;

/** What a selector means, or why it means nothing. */
export type Selected = { readonly hosts: readonly Host[] } | { readonly why: string; readonly hint?: string };

/**
 * The hosts that a selector means, in the order of the inventory. A group may be empty; a name or a
 * pattern that fits no host is a mistake.
 */
export function selectHosts(cluster: Cluster, selector: string): Selected {
  if ((groups as readonly string[]).includes(selector)) return { hosts: groupOf(cluster, selector) };
  const hosts = cluster.hosts.filter(({ name }) => globs(selector, name));
  if (hosts.length > 0) return { hosts };
  const known = [...groups, ...cluster.hosts.map(({ name }) => name)];
  const hint = didYouMean(selector, known, { rs: 'real_server', master: 'director_master' });
  const why = /[*?]/.test(selector)
    ? 'no host has such a name'
    : 'there is no group and no host of this name';
  return { why, ...(hint === undefined ? {} : { hint }) };
}

function groupOf(cluster: Cluster, group: string): readonly Host[] {
  if (group === 'all') return cluster.hosts;
  if (group === 'pool_server') {
    const named = new Set(
      (cluster.proxy?.pools ?? []).flatMap(({ servers }) => servers.map(({ host }) => host)),
    );
    return cluster.hosts.filter(({ name }) => named.has(name));
  }
  const masters = mastersOf(cluster);
  const isDirector = (host: Host) => host.roles.includes('director');
  if (group === 'director_master')
    return cluster.hosts.filter(host => isDirector(host) && masters.has(host.name));
  if (group === 'director_backup')
    return cluster.hosts.filter(host => isDirector(host) && !masters.has(host.name));
  return cluster.hosts.filter(({ roles }) => (roles as readonly string[]).includes(group));
}

/**
 * The directors to change last. Of the members of one VRRP instance at most one is among them, so that directors
 * that are each other's BACKUP (two instances, active-active) are never changed at the same time. Without VRRP: all.
 */
function mastersOf(cluster: Cluster): ReadonlySet<string> {
  if (cluster.vrrp.length === 0) return new Set(cluster.hosts.map(({ name }) => name));
  const masters = new Set<string>();
  for (const { members } of cluster.vrrp) {
    const [master] = members;
    if (master !== undefined && !members.some(({ host }) => masters.has(host))) masters.add(master.host);
  }
  return masters;
}
