import { type TableRow, tableRow } from '../kinds/edit-ipvs.ts';
import { entryOf, serviceOf } from '../kinds/virtual-server-spec.ts';
import type { Cluster, Host } from '../model/cluster.ts';
import { staticVips } from './static-vips.ts';
import { virtualServerSpec } from './virtual-servers.ts';

/** The data of templates/ipvs_server.sh.hbs: rows that become lines of the script. */
export interface IpvsScript {
  readonly host: string;
  readonly cluster: string;
  readonly services: readonly (TableRow & { readonly drain: number })[];
  readonly vips: readonly { readonly device: string; readonly address: string; readonly label: string }[];
  readonly timeouts: Cluster['director']['timeouts'];
}

/** What this director's own unit holds: the table, and the VIPs where this host is to carry them. */
export function ipvsScript(cluster: Cluster, host: Host): IpvsScript {
  const specs = cluster.services.map(virtualServerSpec);
  return {
    host: host.name,
    cluster: cluster.name,
    services: specs.map(spec => ({ ...tableRow(serviceOf(spec), entryOf(spec)), drain: spec.drain ?? 0 })),
    vips: staticVips(cluster, host).map(({ interface: device, address, label }) => ({
      device,
      address,
      label: label ?? device,
    })),
    timeouts: cluster.director.timeouts,
  };
}
