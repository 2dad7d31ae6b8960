import type { RealServer, VirtualService } from '../model/cluster.ts';
import { type CheckBlock, checkBlock, quoted } from './keepalived-check.ts';
import { kernelMethod } from './kernel-method.ts';

/** Data of templates/keepalived/virtual-servers.hbs: one virtual_server, in the words of keepalived.conf(5). */
export interface VirtualServerBlock {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly scheduler: string;
  readonly method: string;
  readonly protocol: string;
  readonly delayLoop: number;
  /** Seconds. */
  readonly persistence: number | undefined;
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
  readonly address: string;
  readonly port: number;
  readonly weight: number;
  readonly inhibitOnFailure: boolean;
  /** Quoted words. */
  readonly notifyUp: string | undefined;
  readonly notifyDown: string | undefined;
  readonly checks: readonly CheckBlock[];
}

/** The block of a service: the same on every director. */
export function virtualServerBlock(service: VirtualService): VirtualServerBlock {
  const { sorryServer } = service.availability;
  return {
    name: service.name,
    address: service.vip.address.ip,
    port: service.port,
    scheduler: service.scheduler,
    method: kernelMethod(service.method),
    protocol: service.protocol.toUpperCase(),
    delayLoop: service.delayLoop,
    persistence: service.persistence > 0 ? service.persistence : undefined,
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

function serverBlock(server: RealServer, { checks, availability }: VirtualService): RealServerBlock {
  const { host, rip, port, weight, notifyUp, notifyDown } = server;
  return {
    host,
    address: rip,
    port,
    weight,
    inhibitOnFailure: server.inhibitOnFailure ?? availability.inhibitOnFailure ?? false,
    notifyUp: notifyUp && quoted(notifyUp, server),
    notifyDown: notifyDown && quoted(notifyDown, server),
    checks: (server.checks ?? checks).flatMap(check => checkBlock(check, server)),
  };
}
