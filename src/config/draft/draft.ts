import type { DirectorMode } from '../../model/cluster.ts';
import type { Inventory } from '../inventory-yaml.ts';
import {
  type DraftForward,
  type DraftSnat,
  type DraftSourceNat,
  draftForwards,
  draftMasquerade,
  draftSnat,
} from './gateway.ts';
import { type DraftHost, draftHosts } from './host.ts';
import { type DraftInstance, draftInstances } from './instance.ts';
import { type DraftProxy, draftProxy } from './proxy.ts';
import { type DraftService, draftServices } from './service.ts';
import { type DraftSyncDaemon, draftSyncDaemon } from './sync-daemon.ts';
import { type DraftVip, draftVips } from './vip.ts';

/**
 * A cluster on its way from the inventory: everything that can be derived is derived, what cannot
 * be is undefined, and each thing knows where it stands in the file. Lint judges drafts; a draft
 * without errors becomes a Cluster.
 */
export interface Draft {
  readonly yaml: Inventory;
  readonly hosts: readonly DraftHost[];
  readonly directors: readonly DraftHost[];
  readonly gateways: readonly DraftHost[];
  readonly mode: DirectorMode;
  readonly vips: readonly DraftVip[];
  readonly instances: readonly DraftInstance[];
  readonly syncDaemon: DraftSyncDaemon | undefined;
  readonly services: readonly DraftService[];
  readonly forwards: readonly DraftForward[];
  readonly masquerade: readonly DraftSourceNat[];
  readonly snat: readonly DraftSnat[];
  readonly proxy: DraftProxy | undefined;
}

/** Drafts an inventory that the schema has accepted. Never fails: what cannot be derived is left undefined. */
export function draft(yaml: Inventory): Draft {
  const hosts = draftHosts(yaml);
  const directors = hosts.filter(({ roles }) => roles.has('director'));
  const gateways = hosts.filter(({ roles }) => roles.has('gateway'));
  const vips = draftVips(yaml, directors);
  const services = draftServices(yaml, hosts, vips);
  const forwards = draftForwards(yaml, services);
  const mode = yaml.director?.mode ?? (directors.length > 1 ? 'keepalived' : 'static');
  const instances = draftInstances(yaml, directors, vips);
  return {
    yaml,
    hosts,
    directors,
    gateways,
    mode,
    vips,
    instances,
    syncDaemon: draftSyncDaemon(yaml, mode, instances),
    services,
    forwards,
    masquerade: draftMasquerade(yaml, gateways, forwards),
    snat: draftSnat(yaml, gateways),
    proxy: draftProxy(yaml, hosts),
  };
}
