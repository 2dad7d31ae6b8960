import type { Cluster, Host } from '../model/cluster.ts';
import type { RsDuties } from './rs-duties.ts';

/** The data of templates/rs_server.sh.hbs. */
export interface RsScript {
  readonly host: string;
  readonly cluster: string;
  /** Paths below /proc/sys with their values. */
  readonly settings: readonly { readonly path: string; readonly value: string }[];
  readonly vips: readonly { readonly device: string; readonly address: string; readonly label: string }[];
  /** The device at the end of the tunnel. */
  readonly tunnel: string | undefined;
  /** The next hop of the default route. */
  readonly route: string | undefined;
}

/** What this real server's own unit holds: all that is live and gone after a reboot, and the settings that it needs. */
export function rsScript(
  cluster: Cluster,
  host: Host,
  { settings, vips, tunnel, natRoute }: RsDuties,
): RsScript {
  return {
    host: host.name,
    cluster: cluster.name,
    settings: settings.map(({ key, value }) => ({ path: key.replaceAll('.', '/'), value })),
    vips: vips.map(({ device, address, label }) => ({ device, address, label: label ?? device })),
    tunnel: tunnel ? 'tunl0' : undefined,
    route: natRoute,
  };
}
