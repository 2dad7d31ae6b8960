import type { Cluster, RealServer, VirtualService } from '../../model/cluster.ts';
import { endpoint } from '../../model/network.ts';
import type { Out } from '../live.ts';
import { ofServer, serviceKey } from '../service-key.ts';
import { ailments } from './health.ts';
import { doubleOwners, ownersOf, stateOf } from './owners.ts';
import type { Standing } from './standing.ts';

/** How a cluster stands at one time. Plain JSON. */
export interface ClusterStatus {
  readonly directors: readonly DirectorStatus[];
  readonly vips: readonly VipStatus[];
  readonly services: readonly ServiceStatus[];
  /** What is wrong; empty: the cluster does what the inventory says. */
  readonly faults: readonly string[];
}

/** How one director stands. */
export interface DirectorStatus {
  readonly director: string;
  readonly reached: boolean;
  /** Whether keepalived works; null where none is wanted (mode `static`). */
  readonly keepalived: boolean | null;
  /** By VRRP instance; null: not known. */
  readonly states: { readonly [instance: string]: string | null };
}

/** A VIP, and the directors that hold it: one, when all is well. */
export interface VipStatus {
  readonly vip: string;
  readonly address: string;
  readonly owners: readonly string[];
}

/** A service as each director has it. */
export interface ServiceStatus {
  readonly service: string;
  /** `TCP 192.168.0.240:80`, `FWM 5`. */
  readonly place: string;
  readonly directors: readonly {
    readonly director: string;
    /** null: it does not have the service. */
    readonly scheduler: string | null;
    readonly servers: readonly ServerStatus[];
  }[];
}

/** A real server as one director has it. */
export interface ServerStatus {
  /** The host of the inventory, or the place of one that it does not name. */
  readonly server: string;
  readonly place: string;
  /** As the inventory says; null: it does not name it. */
  readonly wanted: number | null;
  /** null: it is not in the table. */
  readonly weight: number | null;
  readonly active: number;
  readonly inactive: number;
  /** `up` gets new connections; `out` does not though it should; `off`: the inventory gives it weight 0; `sorry`, `foreign`. */
  readonly health: 'up' | 'out' | 'off' | 'sorry' | 'foreign';
}

/** Puts together what all directors say; `unreached` are those that could not be asked. Pure. */
export function statusOf(
  cluster: Cluster,
  standings: readonly Standing[],
  unreached: readonly string[],
): ClusterStatus & { readonly out: readonly Out[] } {
  const services = cluster.services.map(service => serviceStatus(service, standings));
  const vips = cluster.vips.map(vip => ({
    vip: vip.name,
    address: vip.address.ip,
    owners: ownersOf(vip, standings),
  }));
  return {
    directors: [
      ...standings.map(standing => directorStatus(cluster, standing)),
      ...unreached.map(director => ({ director, reached: false, keepalived: null, states: {} })),
    ],
    vips,
    services,
    faults: [
      ...unreached.map(director => `${director} could not be reached`),
      ...standings.flatMap(standing =>
        ailments(cluster, standing).map(text => `${standing.director}: ${text}`),
      ),
      ...doubleOwners(cluster.vips, standings),
      ...vips
        .filter(({ owners }) => owners.length === 0 && unreached.length === 0)
        .map(({ address }) => `no director holds ${address}`),
    ],
    out: services.flatMap(({ service: name, directors }) => {
      const service = cluster.services.find(each => each.name === name);
      return directors.flatMap(({ director, servers }) =>
        servers
          .filter(({ health }) => health === 'out')
          .flatMap(({ server: host, weight }) => {
            const server = service?.realServers.find(each => each.host === host);
            const how =
              weight === null ? `${director} does not have it in its table` : `${director} gives it weight 0`;
            return server === undefined ? [] : [{ director, server, how: `${name}: ${how}` }];
          }),
      );
    }),
  };
}

function directorStatus(cluster: Cluster, standing: Standing): DirectorStatus {
  const { director } = standing;
  const own = cluster.vrrp.filter(({ members }) => members.some(({ host }) => host === director));
  return {
    director,
    reached: true,
    keepalived: cluster.director.mode === 'static' ? null : standing.active,
    states: Object.fromEntries(
      own.map(instance => [instance.name, stateOf(instance, standing, cluster.vrrp) ?? null]),
    ),
  };
}

function serviceStatus(service: VirtualService, standings: readonly Standing[]): ServiceStatus {
  const place = serviceKey(service);
  return {
    service: service.name,
    place,
    directors: standings.map(({ director, table }) => {
      const live = table.get(place);
      const known =
        live === undefined
          ? []
          : service.realServers.map(server => serverStatus(service, server, live.servers));
      const others = [...(live?.servers ?? [])].filter(([at]) => !known.some(each => each.place === at));
      return {
        director,
        scheduler: live?.scheduler ?? null,
        servers: [
          ...known,
          ...others.map(([at, { weight, active, inactive }]) => ({
            ...{ server: at, place: at, wanted: null, weight, active, inactive },
            health: at === sorryPlace(service) ? ('sorry' as const) : ('foreign' as const),
          })),
        ],
      };
    }),
  };
}

type Live = ReadonlyMap<
  string,
  { readonly weight: number; readonly active: number; readonly inactive: number }
>;

function serverStatus(service: VirtualService, server: RealServer, live: Live): ServerStatus {
  const found = ofServer(live, service, server);
  const place = [...live].find(([, each]) => each === found)?.[0] ?? endpoint(server.rip, server.port);
  return {
    ...{ server: server.host, place, wanted: server.weight },
    weight: found?.weight ?? null,
    active: found?.active ?? 0,
    inactive: found?.inactive ?? 0,
    health: (found?.weight ?? 0) > 0 ? 'up' : server.weight === 0 ? 'off' : 'out',
  };
}

function sorryPlace({ availability: { sorryServer }, mark }: VirtualService): string {
  return sorryServer === undefined ? '' : endpoint(sorryServer.ip, mark === undefined ? sorryServer.port : 0);
}
