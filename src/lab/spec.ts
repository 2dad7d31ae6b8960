import { isDeepStrictEqual } from 'node:util';
import ipaddr from 'ipaddr.js';
import type { LabImage } from '../model/cluster.ts';
import { exit, Problem } from '../model/problem.ts';

/** A network card of a lab host. */
export interface LabNic {
  /** The interface's name in the guest, `eth0`. */
  readonly name: string;
  /** With their prefix: `192.168.0.210/24`, `2001:db8::1/64`. */
  readonly addresses: readonly string[];
  /** Cards that name the same segment are on one Ethernet segment. */
  readonly segment: string;
}

export interface LabHost {
  readonly name: string;
  readonly nics: readonly LabNic[];
  /** Next hop of the default route, of either family. */
  readonly defaultRoute?: string;
  /** Default 192. */
  readonly memoryMiB?: number;
  /** The system on it; default debian. */
  readonly image?: LabImage;
  /** Ports on which its SSH server listens besides 22. */
  readonly sshPorts?: readonly number[];
  /** All packages that clusters need are installed before it first boots, their services off. */
  readonly preinstalled?: boolean;
}

/** What a lab is made of; plain JSON. */
export interface LabSpec {
  /** Also the end of the network namespace's name, so at most 12 of a-z, 0-9 and `-`. */
  readonly name: string;
  readonly hosts: readonly LabHost[];
  /** Addresses that the controller must not take although no card has them at first: VIPs. */
  readonly reserved?: readonly string[];
}

const labName = /^[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?$/;
const hostName = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
// vec0, vec1 ... are the names that the guests' kernel gives before the cards get their own.
const nicName = /^(?!lo$|vec\d)[a-z][a-z0-9_.-]{0,14}$/;
// A card is one word of the kernel's command line, and a segment's name only has to be told apart.
const segmentName = /^[\x21-\x7e]{1,100}$/;
const leastMemoryMiB = 128;

/** Throws a Problem that names every fault of a spec. */
export function checkSpec(spec: LabSpec): void {
  const faults = [...faultsOf(spec)];
  if (faults.length === 0) return;
  throw new Problem(`the lab ${spec.name} cannot be built`, { code: exit.input, why: faults.join('; ') });
}

/** The same rule for every place that makes a path or a namespace of a lab's name. */
export function checkLabName(name: string): void {
  if (labName.test(name)) return;
  throw new Problem(`${name} is not a name for a lab`, {
    code: exit.input,
    why: 'it must be at most 12 of a-z, 0-9 and -, not at the ends',
  });
}

function* faultsOf(spec: LabSpec): Generator<string> {
  if (!labName.test(spec.name)) yield 'its name must be at most 12 of a-z, 0-9 and -, not at the ends';
  if (spec.hosts.length === 0) yield 'it has no hosts';
  yield* repeated(spec.hosts.map(host => host.name)).map(name => `the host ${name} appears twice`);
  for (const host of spec.hosts) for (const fault of hostFaults(host)) yield `${host.name}: ${fault}`;
  const placed = spec.hosts.flatMap(host =>
    host.nics.flatMap(nic =>
      nic.addresses.map(address => `${address.split('/')[0]} on segment ${nic.segment}`),
    ),
  );
  yield* repeated(placed).map(place => `two cards have ${place}`);
  for (const address of spec.reserved ?? [])
    if (!ipaddr.isValid(address)) yield `${address} is not an address`;
}

function* hostFaults(host: LabHost): Generator<string> {
  if (!hostName.test(host.name)) yield 'not a host name';
  if (host.nics.every(nic => nic.addresses.length === 0)) yield 'it has no address';
  if ((host.memoryMiB ?? leastMemoryMiB) < leastMemoryMiB) yield `it needs ${leastMemoryMiB} MiB of memory`;
  yield* repeated(host.nics.map(nic => nic.name)).map(name => `the card ${name} appears twice`);
  for (const nic of host.nics) {
    if (!nicName.test(nic.name)) yield `${nic.name} is not a name for a card`;
    if (!segmentName.test(nic.segment)) yield `${nic.segment} is not a name for a segment`;
    for (const address of nic.addresses) {
      if (!ipaddr.isValidCIDR(address)) yield `${address} is not an address with a prefix`;
    }
  }
  if (host.defaultRoute !== undefined && !ipaddr.isValid(host.defaultRoute)) {
    yield `its default route ${host.defaultRoute} is not an address`;
  }
}

function repeated(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}

/** Throws a Problem unless every host of the lab that exists is in `wanted`, unchanged. */
export function checkSameHosts(existing: LabSpec, wanted: LabSpec): void {
  const changed = existing.hosts.filter(host => !wanted.hosts.some(other => isDeepStrictEqual(host, other)));
  if (changed.length === 0) return;
  throw new Problem(`the lab ${existing.name} is up with other hosts`, {
    why: `${changed.map(host => host.name).join(', ')} would have to change or go`,
    next: `run lvsform lab down first, or give this lab another name`,
  });
}
