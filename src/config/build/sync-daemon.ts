import type { SyncDaemon } from '../../model/keepalived.ts';
import type { DraftSyncDaemon } from '../draft/sync-daemon.ts';
import { certain } from './certain.ts';

/** The sync daemon with its defaults filled in. */
export function buildSyncDaemon(draft: DraftSyncDaemon | undefined): SyncDaemon | undefined {
  if (draft === undefined) return undefined;
  const { yaml, instance, interface: name, id } = draft;
  return {
    instance: certain(instance).name,
    interface: certain(name),
    id,
    maxlen: yaml.maxlen,
    port: yaml.port,
    ttl: yaml.ttl,
    group: yaml.group,
    backupOnly: yaml.backup_only ?? false,
  };
}
