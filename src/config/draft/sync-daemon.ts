import type { DirectorMode } from '../../model/cluster.ts';
import type { Inventory, SyncDaemon } from '../inventory-yaml.ts';
import type { DraftInstance } from './instance.ts';

/** The sync daemon of a draft. */
export interface DraftSyncDaemon {
  readonly yaml: SyncDaemon;
  /** As written, or the only one. */
  readonly instance: DraftInstance | undefined;
  /** As written, or the instance's. */
  readonly interface: string | undefined;
  readonly id: number;
}

/** The sync daemon, with the instance that it follows. */
export function draftSyncDaemon(
  inventory: Inventory,
  mode: DirectorMode,
  instances: readonly DraftInstance[],
): DraftSyncDaemon | undefined {
  const yaml = inventory.director?.sync_daemon;
  if (yaml === undefined) return undefined;
  const only = instances.length === 1 ? instances[0] : undefined;
  const named = instances.find(({ name }) => name === yaml.instance);
  const instance = mode === 'static' ? undefined : yaml.instance === undefined ? only : named;
  return {
    yaml,
    instance,
    interface: yaml.interface ?? instance?.interface,
    id: yaml.id ?? instance?.yaml.virtual_router_id ?? 0,
  };
}
