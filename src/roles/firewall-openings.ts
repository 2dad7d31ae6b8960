import type { Cluster, Host, PortRange, RealServer, VirtualService } from '../model/cluster.ts';
import { endpoint, familyOf } from '../model/network.ts';
import {
  checkedOpenings,
  checkingOpenings,
  directorAddresses,
  sixth,
  type WantedOpening,
} from './firewall-checks.ts';
import { poolOpenings } from './firewall-pools.ts';
import { peerOpenings } from './firewall-vrrp.ts';

/**
 * What a host that filters must let in so that LVS works, by its roles and the services. What it sends is not thought
 * of: OUTPUT is taken to be open.
 */
export function firewallOpenings(cluster: Cluster, host: Host): readonly WantedOpening[] {
  const wanted = [
    ...(host.roles.includes('director') ? directorOpenings(cluster, host) : []),
    ...(host.roles.includes('real_server') ? realServerOpenings(cluster, host) : []),
    ...poolOpenings(cluster, host),
    ...forwarded(cluster, host),
  ];
  return [...new Map(wanted.map(each => [JSON.stringify(each.spec), each])).values()];
}

/**
 * IPVS takes packets at the end of INPUT (kernel: ip_vs_core.c, NF_INET_LOCAL_IN), so what is dropped there never gets to
 * it. What a service by NAT answers passes FORWARD before IPVS sees it again.
 */
function directorOpenings(cluster: Cluster, host: Host): readonly WantedOpening[] {
  return [
    ...peerOpenings(cluster, host),
    ...cluster.services.flatMap(calls),
    ...cluster.services.flatMap(service =>
      serversOf(service).flatMap(server => [
        ...checkingOpenings(cluster, service, server),
        ...(service.method === 'NAT' || service.method === 'FULLNAT' ? [replies(server, service)] : []),
      ]),
    ),
  ];
}

/** What clients send to a service's VIPs, and what is said about the size of packets on the way. */
function calls({ name, vip, port, protocol, mark }: VirtualService): readonly WantedOpening[] {
  const vips = mark?.vips ?? [vip];
  const ports: readonly PortRange[] = mark?.ports ?? [{ first: port, last: port }];
  return vips.flatMap(({ address: { ip, family } }) => [
    ...ports.map(range => ({
      spec: { protocol, to: ip, port: showPorts(range), ...sixth(family) },
      reason: `clients call ${endpoint(ip, range.first)} for service ${name}`,
    })),
    {
      spec: { protocol: 'unreachable', to: ip, ...sixth(family) } as const,
      reason: `tells that packets from ${ip} were too big; without it large answers hang`,
    },
  ]);
}

function replies({ host, rip, port }: RealServer, { protocol }: VirtualService): WantedOpening {
  return {
    spec: {
      ...{ chain: 'FORWARD', protocol, from: rip, from_port: String(port), answers: true },
      ...sixth(familyOf(rip)),
    },
    reason: `replies of ${host} to clients pass through the director`,
  };
}

/** With DR and TUN requests arrive for the VIP, with NAT for the real server's own address. */
function realServerOpenings(cluster: Cluster, host: Host): readonly WantedOpening[] {
  return cluster.services.flatMap(service =>
    serversOf(service)
      .filter(server => server.host === host.name)
      .flatMap(server => {
        const { method, protocol, name } = service;
        const direct = method === 'DR' || method === 'TUN';
        return [
          ...(direct ? calls(service) : []),
          ...(direct
            ? []
            : [
                {
                  spec: {
                    protocol,
                    to: server.rip,
                    port: String(server.port),
                    ...sixth(familyOf(server.rip)),
                  },
                  reason: `requests for service ${name}, as the director rewrote them`,
                },
              ]),
          ...(method === 'TUN' ? tunnels(cluster, server) : []),
          ...checkedOpenings(cluster, service, server),
        ];
      }),
  );
}

/** What a gateway forwards to this host straight. */
function forwarded({ gateway }: Cluster, host: Host): readonly WantedOpening[] {
  const own = host.interfaces.flatMap(({ addresses }) => addresses.map(({ ip }) => ip));
  return gateway.forwards
    .filter(({ service, to }) => service === undefined && own.includes(to.address))
    .map(({ address, ports, protocol, to }) => ({
      spec: {
        protocol,
        to: to.address,
        port: to.port === undefined ? showPorts(ports) : String(to.port),
        ...sixth(familyOf(to.address)),
      },
      reason: `a gateway forwards ${address}:${showPorts(ports)} to this host`,
    }));
}

/** The outside of a tunnel (RFC 2003); what was in it then arrives as any other request. */
function tunnels(cluster: Cluster, { rip }: RealServer): readonly WantedOpening[] {
  return directorAddresses(cluster, rip).map(({ name, ip }) => ({
    spec: { protocol: 'ipip', from: ip, to: rip, ...sixth(familyOf(rip)) },
    reason: `TUN: requests that ${name} sends through the tunnel`,
  }));
}

/** The real servers, and who answers while too few of them do. */
function serversOf({
  realServers,
  availability: { sorryServer: sorry },
}: VirtualService): readonly RealServer[] {
  if (sorry?.host === undefined) return realServers;
  const unchecked = { weight: 1, upperThreshold: 0, lowerThreshold: 0, checks: [] };
  return [...realServers, { host: sorry.host, rip: sorry.ip, port: sorry.port, ...unchecked }];
}

function showPorts({ first, last }: PortRange): string {
  return first === last ? String(first) : `${first}-${last}`;
}
