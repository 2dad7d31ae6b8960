import type { OpeningSpec } from '../kinds/opening.ts';
import type { Cluster, Host, PortRange, RealServer, VirtualService } from '../model/cluster.ts';
import { endpoint, familyOf } from '../model/network.ts';
import { ownAddress } from './own-addresses.ts';

/** An opening that a host needs, and what a reader of a plan is told of it. */
export interface WantedOpening {
  readonly spec: OpeningSpec;
  readonly reason: string;
}

/**
 * What a host that filters must let in so that LVS works, by its roles and the services. What it sends is not thought
 * of: OUTPUT is taken to be open.
 */
export function firewallOpenings(cluster: Cluster, host: Host): readonly WantedOpening[] {
  const wanted = [
    ...(host.roles.includes('director') ? directorOpenings(cluster, host) : []),
    ...(host.roles.includes('real_server') ? realServerOpenings(cluster, host) : []),
  ];
  return [...new Map(wanted.map(each => [JSON.stringify(each.spec), each])).values()];
}

/**
 * IPVS takes packets at the end of INPUT (kernel: ip_vs_core.c, NF_INET_LOCAL_IN), so what is dropped there never gets to
 * it. What a service by NAT answers passes FORWARD before IPVS sees it again.
 */
function directorOpenings(cluster: Cluster, host: Host): readonly WantedOpening[] {
  return [
    ...vrrpOpenings(cluster, host),
    ...cluster.services.flatMap(calls),
    ...cluster.services.flatMap(({ realServers, method, protocol, check }) =>
      realServers.flatMap(server => [
        ...(check.type === 'none' ? [] : [answersTo(server)]),
        ...(method === 'NAT' || method === 'FULLNAT' ? [replies(server, protocol)] : []),
      ]),
    ),
  ];
}

/** Whatever VRRP says, to whichever address: multicast or the host's own (RFC 5798; keepalived.conf(5), unicast_peer). */
function vrrpOpenings({ vrrp, hosts }: Cluster, host: Host): readonly WantedOpening[] {
  return vrrp
    .filter(({ members }) => members.some(member => member.host === host.name))
    .flatMap(({ name, members, interface: nic, vips }) => {
      const families = new Set(vips.map(({ address }) => address.family));
      const peers = hosts.filter(
        peer => peer.name !== host.name && members.some(member => member.host === peer.name),
      );
      const known = peers.flatMap(peer =>
        addressesOn(peer, nic)
          .filter(ip => families.has(familyOf(ip)))
          .map(ip => ({
            spec: { protocol: 'vrrp', from: ip, ...sixth(familyOf(ip)) } as const,
            reason: `VRRP: without it this director does not hear ${peer.name}, and both hold the VIPs of ${name}`,
          })),
      );
      // In IPv6 advertisements come from a link-local address, which no inventory tells (RFC 5798, 5.1.2.1).
      const linkLocal = {
        spec: { protocol: 'vrrp', from: 'fe80::/10', to: 'ff02::12', family: 6 },
        reason: `VRRP over IPv6: without it the directors do not hear each other, and all hold the VIPs of ${name}`,
      } as const;
      return [...known, ...(families.has(6) && peers.length > 0 ? [linkLocal] : [])];
    });
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

function answersTo({ host, rip }: RealServer): WantedOpening {
  return {
    spec: { protocol: 'any', from: rip, answers: true, ...sixth(familyOf(rip)) },
    reason: `answers of ${host} to health checks`,
  };
}

function replies({ host, rip, port }: RealServer, protocol: VirtualService['protocol']): WantedOpening {
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
    service.realServers
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
          ...checks(cluster, service, server),
        ];
      }),
  );
}

/** The outside of a tunnel (RFC 2003); what was in it then arrives as any other request. */
function tunnels(cluster: Cluster, { rip }: RealServer): readonly WantedOpening[] {
  return directorAddresses(cluster, rip).map(({ name, ip }) => ({
    spec: { protocol: 'ipip', from: ip, to: rip, ...sixth(familyOf(rip)) },
    reason: `TUN: requests that ${name} sends through the tunnel`,
  }));
}

function checks(
  cluster: Cluster,
  { check, name }: VirtualService,
  { rip, port }: RealServer,
): readonly WantedOpening[] {
  if (check.type === 'none') return [];
  return directorAddresses(cluster, rip).map(({ name: director, ip }) => ({
    spec: { protocol: 'tcp', from: ip, to: rip, port: String(port), ...sixth(familyOf(rip)) },
    reason: `${director} checks whether service ${name} is healthy here`,
  }));
}

/** The address with which each director calls this one. */
function directorAddresses({ hosts }: Cluster, rip: string): readonly { name: string; ip: string }[] {
  return hosts
    .filter(({ roles }) => roles.includes('director'))
    .flatMap(director => {
      const ip = ownAddress(director, rip);
      return ip === undefined ? [] : [{ name: director.name, ip }];
    });
}

function addressesOn({ interfaces }: Host, nic: string): readonly string[] {
  return interfaces
    .filter(({ name }) => name === nic)
    .flatMap(({ addresses }) => addresses.map(({ ip }) => ip));
}

/** IPv4 is what a spec means where it says nothing. */
function sixth(family: 4 | 6): { readonly family?: 6 } {
  return family === 6 ? { family } : {};
}

function showPorts({ first, last }: PortRange): string {
  return first === last ? String(first) : `${first}-${last}`;
}
