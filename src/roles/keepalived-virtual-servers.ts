import type { RealServer, VirtualService } from '../model/cluster.ts';
import type { HealthCheck } from '../model/health-check.ts';
import { type CheckBlock, checkBlock, quoted } from './keepalived-check.ts';
import { calledAs, grouped, groupOf, type ServerGroup, serverLines, tableLines } from './keepalived-table.ts';

/** Data of templates/keepalived/virtual-servers.hbs: one virtual_server, in the words of keepalived.conf(5). */
export interface VirtualServerBlock {
  readonly name: string;
  /** `192.168.0.240 80`, `fwmark 5`, `group web-80-ipv4`. */
  readonly called: string;
  /** Where it is one block for several VIPs. */
  readonly group: ServerGroup | undefined;
  /** Lines about the kernel's table. */
  readonly table: readonly string[];
  readonly delayLoop: number;
  /** Lines about what happens when real servers fail. */
  readonly availability: readonly string[];
  readonly sorryServer:
    | { readonly address: string; readonly port: number; readonly inhibit: boolean }
    | undefined;
  readonly servers: readonly RealServerBlock[];
}

/** One real_server. */
export interface RealServerBlock {
  readonly host: string;
  /** `192.168.0.1 80`; with a firewall mark the address alone. */
  readonly called: string;
  /** Lines about the kernel's table. */
  readonly table: readonly string[];
  readonly inhibitOnFailure: boolean;
  /** Quoted words. */
  readonly notifyUp: string | undefined;
  readonly notifyDown: string | undefined;
  readonly checks: readonly CheckBlock[];
}

/** The blocks of the cluster's services: the same on every director. */
export function virtualServerBlocks(services: readonly VirtualService[]): readonly VirtualServerBlock[] {
  return grouped(services).flatMap(several => {
    const [service] = several;
    return service === undefined ? [] : [virtualServerBlock(service, groupOf(several))];
  });
}

function virtualServerBlock(service: VirtualService, group: ServerGroup | undefined): VirtualServerBlock {
  const { sorryServer } = service.availability;
  return {
    name: group === undefined ? service.name : service.group,
    called: group === undefined ? calledAs(service) : `group ${group.name}`,
    group,
    table: tableLines(service),
    delayLoop: service.delayLoop,
    availability: availabilityLines(service),
    sorryServer: sorryServer && {
      address: sorryServer.ip,
      port: sorryServer.port,
      inhibit: sorryServer.inhibit,
    },
    servers: service.realServers.map(server => serverBlock(server, service)),
  };
}

function availabilityLines({ availability }: VirtualService): readonly string[] {
  const { quorum, hysteresis, quorumUp, quorumDown, alpha, omega } = availability;
  return [
    ...(quorum === undefined ? [] : [`quorum ${quorum}`]),
    ...(hysteresis === undefined ? [] : [`hysteresis ${hysteresis}`]),
    ...(quorumUp === undefined ? [] : [`quorum_up ${quoted(quorumUp)}`]),
    ...(quorumDown === undefined ? [] : [`quorum_down ${quoted(quorumDown)}`]),
    ...(alpha ? ['alpha'] : []),
    ...(omega ? ['omega'] : []),
  ];
}

function serverBlock(server: RealServer, service: VirtualService): RealServerBlock {
  const { host, rip, port, notifyUp, notifyDown } = server;
  const { availability, mark } = service;
  return {
    host,
    called: mark === undefined ? `${rip} ${port}` : rip,
    table: serverLines(server),
    inhibitOnFailure: server.inhibitOnFailure ?? availability.inhibitOnFailure ?? false,
    notifyUp: notifyUp && quoted(notifyUp, server),
    notifyDown: notifyDown && quoted(notifyDown, server),
    checks: (server.checks ?? service.checks)
      .map(check => (mark === undefined ? check : withPort(check, port)))
      .flatMap(check => checkBlock(check, server)),
  };
}

/** A real server of a firewall mark has no port of its own to be checked at: the first one of the service is. */
function withPort(check: HealthCheck, port: number): HealthCheck {
  switch (check.type) {
    case 'none':
    case 'ping':
    case 'script':
    case 'file':
    case 'bfd':
      return check;
    default:
      return { ...check, connectPort: check.connectPort ?? port };
  }
}
