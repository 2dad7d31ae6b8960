import { familyOf } from '../model/network.ts';
import type { TableEntry } from './edit-ipvs.ts';
import { canonicalAddress, endpoint } from './ip.ts';
import type { Presence } from './presence.ts';
import { schedulerFlagsOf } from './scheduler-flags.ts';

export interface VirtualServerSpec {
  /** With address and port: what the service is known by; otherwise the mark. */
  readonly protocol?: 'tcp' | 'udp' | 'sctp' | undefined;
  readonly address?: string | undefined;
  readonly port?: number | undefined;
  readonly fwmark?: number | undefined;
  /** Of a service by firewall mark. */
  readonly family?: 4 | 6 | undefined;
  readonly scheduler: string;
  readonly scheduler_flags?: readonly string[] | undefined;
  readonly method: 'DR' | 'NAT' | 'TUN';
  /** Seconds a client stays with its server; 0 is off. */
  readonly persistence?: number | undefined;
  /** Length of the prefix within which clients count as one. */
  readonly persistence_prefix?: number | undefined;
  readonly persistence_engine?: 'sip' | undefined;
  readonly one_packet?: boolean | undefined;
  readonly servers: readonly VirtualServerMember[];
  /** Seconds that a leaving server may finish its connections with weight 0. */
  readonly drain?: number | undefined;
  readonly state?: Presence | undefined;
}

export interface VirtualServerMember {
  readonly address: string;
  /** 0, with a firewall mark: the port that the client called. */
  readonly port: number;
  readonly weight: number;
  readonly upper_threshold?: number | undefined;
  readonly lower_threshold?: number | undefined;
}

/** What a spec wants in the kernel's table. */
export function entryOf(spec: VirtualServerSpec): TableEntry {
  const { scheduler, persistence = 0, persistence_prefix: prefix, persistence_engine: engine } = spec;
  const flags = schedulerFlagsOf(scheduler, spec.scheduler_flags ?? []);
  return {
    scheduler,
    ...(flags.length === 0 ? {} : { schedulerFlags: flags }),
    persistence,
    ...(prefix === undefined || persistence === 0 || prefix === wholeAddress(spec) ? {} : { prefix }),
    ...(engine === undefined ? {} : { engine }),
    ...(spec.one_packet === true ? { onePacket: true as const } : {}),
    servers: Object.fromEntries(spec.servers.map(server => memberOf(server, spec.method))),
  };
}

/** `tcp:192.168.0.240:80`, `fwmark:5`, `fwmark6:5`: how the probe knows it. */
export function serviceOf({
  protocol,
  address = '',
  port = 0,
  fwmark,
  family = 4,
}: VirtualServerSpec): string {
  if (fwmark !== undefined) return `fwmark${family === 6 ? '6' : ''}:${fwmark}`;
  return `${protocol}:${endpoint(address, port)}`;
}

/** A prefix of all bits is what the kernel does by itself, and prints nothing of. */
function wholeAddress({ address, family = 4 }: VirtualServerSpec): number {
  return (address === undefined ? family : familyOf(canonicalAddress(address))) === 4 ? 32 : 128;
}

function memberOf(
  { address, port, weight, upper_threshold: upper = 0, lower_threshold: lower = 0 }: VirtualServerMember,
  method: VirtualServerSpec['method'],
): readonly [string, TableEntry['servers'][string]] {
  return [
    endpoint(address, port),
    { method, weight, ...(upper === 0 ? {} : { upper }), ...(lower === 0 ? {} : { lower }) },
  ];
}
