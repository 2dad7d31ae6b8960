import ipaddr from 'ipaddr.js';
import type { LabSpec } from './spec.ts';

/** By segment: the addresses, with their prefix, by which the controller reaches the hosts on it. */
export type ControllerAddresses = { readonly [segment: string]: readonly string[] };

interface Subnet {
  readonly first: bigint;
  readonly prefix: number;
  readonly bits: 32 | 128;
}

/** The highest free address of each subnet, so that it meets none that a person would choose. */
export function controllerAddresses(spec: LabSpec): ControllerAddresses {
  const nics = spec.hosts.flatMap(host => host.nics);
  const nextHops = spec.hosts.flatMap(host => host.defaultRoute ?? []);
  const hosts = nics.flatMap(nic => nic.addresses.map(address => address.split('/')[0] ?? ''));
  const taken = new Set([...hosts, ...nextHops, ...(spec.reserved ?? [])].map(address => textKey(address)));
  const segments = [...new Set(nics.map(nic => nic.segment))];
  return Object.fromEntries(
    segments.map(segment => {
      const addresses = nics.filter(nic => nic.segment === segment).flatMap(nic => nic.addresses);
      return [segment, subnetsOf(addresses).flatMap(subnet => highestFree(subnet, taken) ?? [])];
    }),
  );
}

function subnetsOf(addresses: readonly string[]): Subnet[] {
  const subnets = addresses.map(address => {
    const [ip, prefix] = ipaddr.parseCIDR(address);
    const bits = ip.kind() === 'ipv4' ? 32 : 128;
    const hostBits = BigInt(bits - prefix);
    return { first: (numberOf(ip) >> hostBits) << hostBits, prefix, bits } as const;
  });
  return [
    ...new Map(subnets.map(subnet => [`${subnet.bits}/${subnet.first}/${subnet.prefix}`, subnet])).values(),
  ];
}

/** Undefined where the subnet has no room for one more: a /31, a /32, or a full one. */
function highestFree({ first, prefix, bits }: Subnet, taken: ReadonlySet<string>): string | undefined {
  const size = 1n << BigInt(bits - prefix);
  // IPv4 keeps its last address for broadcasts, IPv6 its last 128 for anycasts (RFC 2526).
  const kept = bits === 32 ? 1n : size > 256n ? 128n : 0n;
  for (let offset = size - kept - 1n; offset > 0n; offset -= 1n) {
    const key = `${bits}/${first + offset}`;
    if (!taken.has(key)) return `${textOf(first + offset, bits)}/${prefix}`;
  }
  return undefined;
}

function textKey(address: string): string {
  const ip = ipaddr.parse(address);
  return `${ip.kind() === 'ipv4' ? 32 : 128}/${numberOf(ip)}`;
}

function numberOf(ip: ipaddr.IPv4 | ipaddr.IPv6): bigint {
  return ip.toByteArray().reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

function textOf(value: bigint, bits: 32 | 128): string {
  const bytes = Array.from({ length: bits / 8 }, (_, index) =>
    Number((value >> BigInt(bits - 8 * (index + 1))) & 255n),
  );
  return ipaddr.fromByteArray(bytes).toString();
}
