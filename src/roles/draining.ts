import { endpoint } from '../kinds/ip.ts';
import { leaving, type StayingService } from '../kinds/leaving.ts';
import { entryOf, serviceOf } from '../kinds/virtual-server-spec.ts';
import type { Cluster, VirtualService } from '../model/cluster.ts';
import { type Resource, resource } from '../model/kind.ts';
import { keepalivedConf } from './keepalived-place.ts';
import { virtualServerSpec } from './virtual-servers.ts';

/**
 * What a director does before any director takes a real server out: weight 0, and time to finish. On all of them first,
 * for the VIP may go to another one meanwhile. One director alone (mode `static`) drains while it edits its table.
 */
export function draining(cluster: Cluster): readonly Resource[] {
  const { mode } = cluster.director;
  if (mode === 'static') return [];
  return [
    resource(
      leaving,
      {
        ...(mode === 'keepalived' ? { conf: keepalivedConf } : {}),
        services: cluster.services.map(staying),
        state: 'absent',
      },
      'who leaves gets no new clients, and time to finish with those that it has',
    ),
  ];
}

function staying(service: VirtualService): StayingService {
  const spec = virtualServerSpec(service);
  const { sorryServer } = service.availability;
  return {
    service: serviceOf(spec),
    drain: service.drain,
    servers: [
      ...Object.keys(entryOf(spec).servers),
      ...(sorryServer === undefined
        ? []
        : [endpoint(sorryServer.ip, service.mark === undefined ? sorryServer.port : 0)]),
    ],
  };
}
