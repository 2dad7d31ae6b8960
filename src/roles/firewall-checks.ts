import type { OpeningSpec } from '../kinds/opening.ts';
import type { Cluster, RealServer, VirtualService } from '../model/cluster.ts';
import type { HealthCheck } from '../model/health-check.ts';
import { familyOf } from '../model/network.ts';
import { ownAddress } from './own-addresses.ts';

/** An opening that a host needs, and what a reader of a plan is told of it. */
export interface WantedOpening {
  readonly spec: OpeningSpec;
  readonly reason: string;
}

/** UDP ports of BFD, over one hop and over several (RFC 5881, RFC 5883). */
const bfdPort = { one: '3784', several: '4784' };

/** What a real server must let in to be found healthy. */
export function checkedOpenings(
  cluster: Cluster,
  { name, checks }: VirtualService,
  server: RealServer,
): readonly WantedOpening[] {
  return made(cluster, server.checks ?? checks).flatMap(check => {
    const asked = askedAt(check, server);
    if (asked === undefined) return [];
    return directorAddresses(cluster, asked.to).map(({ name: director, ip }) => ({
      spec: { ...asked, from: bindTo(check) ?? ip, ...sixth(familyOf(asked.to)) },
      reason: `${director} checks whether service ${name} is healthy here`,
    }));
  });
}

/** What a director must let in of what a real server says to its checks. */
export function checkingOpenings(
  cluster: Cluster,
  { checks }: VirtualService,
  server: RealServer,
): readonly WantedOpening[] {
  const asking = made(cluster, server.checks ?? checks).filter(
    ({ type }) => type !== 'none' && type !== 'file',
  );
  if (asking.length === 0) return [];
  const from = server.rip;
  const answers: WantedOpening = {
    spec: { protocol: 'any', from, answers: true, ...sixth(familyOf(from)) },
    reason: `answers of ${server.host} to health checks`,
  };
  const sessions = asking.flatMap(check => {
    const asked = check.type === 'bfd' ? askedAt(check, server) : undefined;
    if (asked === undefined) return [];
    const { protocol, port, to: neighbor } = asked;
    return [
      {
        spec: { protocol, from: neighbor, port, ...sixth(familyOf(neighbor)) },
        reason: `BFD: ${server.host} tells that it is there`,
      },
    ];
  });
  return [answers, ...sessions];
}

/** Only a keepalived that owns the table makes checks. */
function made({ director }: Cluster, checks: readonly HealthCheck[]): readonly HealthCheck[] {
  return director.mode === 'keepalived' ? checks : [];
}

/** What a check calls. What a script of yours calls, only you know. */
function askedAt(
  check: HealthCheck,
  { rip, port }: RealServer,
): (OpeningSpec & { readonly to: string }) | undefined {
  switch (check.type) {
    case 'tcp':
    case 'http':
    case 'smtp':
      return { protocol: 'tcp', to: check.connectIp ?? rip, port: String(check.connectPort ?? port) };
    case 'dns':
    case 'udp':
      return { protocol: 'udp', to: check.connectIp ?? rip, port: String(check.connectPort ?? port) };
    case 'ping':
      return { protocol: 'ping', to: check.connectIp ?? rip };
    case 'bfd':
      return {
        protocol: 'udp',
        to: check.neighbor ?? rip,
        port: check.maxHops === undefined ? bfdPort.one : bfdPort.several,
      };
    case 'none':
    case 'file':
    case 'script':
      return undefined;
  }
}

function bindTo(check: HealthCheck): string | undefined {
  return 'bindTo' in check ? check.bindTo : undefined;
}

/** The address with which each director calls this one. */
export function directorAddresses(
  { hosts }: Cluster,
  rip: string,
): readonly { readonly name: string; readonly ip: string }[] {
  return hosts
    .filter(({ roles }) => roles.includes('director'))
    .flatMap(director => {
      const ip = ownAddress(director, rip);
      return ip === undefined ? [] : [{ name: director.name, ip }];
    });
}

/** IPv4 is what a spec means where it says nothing. */
export function sixth(family: 4 | 6): { readonly family?: 6 } {
  return family === 6 ? { family } : {};
}
