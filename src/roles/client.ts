import { packageKind } from '../kinds/package.ts';
import type { Cluster, Host } from '../model/cluster.ts';
import { type Resource, resource } from '../model/kind.ts';

/** A host from which the cluster is verified. Its routes are its own: a client must see the service as any other does. */
export function client(_cluster: Cluster, _host: Host): readonly Resource[] {
  return [resource(packageKind, { name: 'curl' }, 'verify asks each service from here, by curl')];
}
