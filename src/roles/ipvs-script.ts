import { endpoint } from '../kinds/ip.ts';
import type { Cluster, ForwardingMethod, Host, Protocol } from '../model/cluster.ts';
import { staticVips } from './static-vips.ts';

/** The data of templates/ipvs_server.sh.hbs: rows that become lines of the script. */
export interface IpvsScript {
  readonly host: string;
  readonly cluster: string;
  readonly services: readonly {
    /** ipvsadm's option for the protocol: -t or -u. */
    readonly flag: string;
    readonly vip: string;
    readonly scheduler: string;
    readonly persistence: number;
    readonly drain: number;
    readonly servers: readonly { readonly rip: string; readonly method: string; readonly weight: number }[];
  }[];
  readonly vips: readonly { readonly device: string; readonly address: string; readonly label: string }[];
  readonly timeouts: Cluster['director']['timeouts'];
}

const protocolFlags: Readonly<Record<Protocol, string>> = { tcp: '-t', udp: '-u', sctp: '--sctp-service' };
const methodFlags: Readonly<Record<ForwardingMethod, string>> = {
  DR: '-g',
  TUN: '-i',
  NAT: '-m',
  FULLNAT: '-m',
};

/** What this director's own unit holds: the table, and the VIPs where this host is to carry them. */
export function ipvsScript(cluster: Cluster, host: Host): IpvsScript {
  return {
    host: host.name,
    cluster: cluster.name,
    services: cluster.services.map(service => ({
      flag: protocolFlags[service.protocol],
      vip: endpoint(service.vip.address.ip, service.port),
      scheduler: service.scheduler,
      persistence: service.persistence,
      drain: service.drain,
      servers: service.realServers.map(({ rip, port, weight }) => ({
        rip: endpoint(rip, port),
        method: methodFlags[service.method],
        weight,
      })),
    })),
    vips: staticVips(cluster, host).map(({ interface: device, address, label }) => ({
      device,
      address,
      label: label ?? device,
    })),
    timeouts: cluster.director.timeouts,
  };
}
