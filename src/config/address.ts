import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { IpNet } from '../model/cluster.ts';
import { familyOf } from '../model/network.ts';

/** An address in its one spelling (`fd00::1`, never `FD00:0::1`), or undefined for anything else. */
export function parseIp(text: string): string | undefined {
  // ipaddr.js alone takes 10.1 and octal; node's check does not.
  if (isIP(text) === 0 || text.includes('%')) return undefined;
  return canonical(ipaddr.parse(text));
}

/** `192.168.0.210/24`; undefined where it is no address with a prefix length. */
export function parseNet(text: string): IpNet | undefined {
  const [, address = '', length = ''] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const ip = parseIp(address);
  if (ip === undefined) return undefined;
  const family = familyOf(ip);
  const prefix = Number(length);
  const well = prefix <= (family === 4 ? 32 : 128) && String(prefix) === length;
  return well ? { ip, prefix, family } : undefined;
}

/** The same, where the prefix may be left out and means the address alone. */
export function parseNetOrAddress(text: string): IpNet | undefined {
  return parseNet(text.includes('/') ? text : `${text}/${text.includes(':') ? 128 : 32}`);
}

/** The first address of the network, which stands for all of it. */
export function networkOf({ ip, prefix, family }: IpNet): string {
  const parsed = ipaddr.parse(ip).toByteArray();
  const bytes = parsed.map((byte, index) => byte & mask(prefix - 8 * index));
  return canonical(family === 4 ? new ipaddr.IPv4(bytes) : new ipaddr.IPv6(bytes));
}

/** The last address of an IPv4 network, where it is a broadcast address (prefix up to 30). */
export function broadcastOf({ ip, prefix, family }: IpNet): string | undefined {
  if (family === 6 || prefix > 30) return undefined;
  const bytes = ipaddr.parse(ip).toByteArray();
  return canonical(new ipaddr.IPv4(bytes.map((byte, index) => byte | (255 - mask(prefix - 8 * index)))));
}

/** `192.168.0.210/24`. */
export function showNet({ ip, prefix }: IpNet): string {
  return `${ip}/${prefix}`;
}

/** The network of an address, `192.168.0.0/24`: equal texts are equal networks. */
export function showNetwork(net: IpNet): string {
  return `${networkOf(net)}/${net.prefix}`;
}

/** IPv4 addresses from the first to the last, unless they are more than `most`; `size` is how many there are. */
export function addressesBetween(
  first: string,
  last: string,
  most: number,
): { readonly size: number; readonly addresses: readonly string[] } {
  const number = (ip: string) => ip.split('.').reduce((whole, byte) => whole * 256 + Number(byte), 0);
  const size = number(last) - number(first) + 1;
  const spelled = (value: number) =>
    [24, 16, 8, 0].map(shift => Math.floor(value / 2 ** shift) % 256).join('.');
  const length = size > most ? 0 : Math.max(0, size);
  return { size, addresses: Array.from({ length }, (_, index) => spelled(number(first) + index)) };
}

/** Whether an address stands for a group of hosts. */
export function isMulticast(ip: string): boolean {
  return ipaddr.parse(ip).range() === 'multicast';
}

/** What kind of address it is that no host can have, or undefined. */
export function unusable(ip: string): string | undefined {
  return refused[ipaddr.parse(ip).range()];
}

const refused: Readonly<Record<string, string>> = {
  unspecified: 'the unspecified address',
  broadcast: 'the broadcast address',
  multicast: 'a multicast address',
  loopback: 'a loopback address',
};

function mask(bits: number): number {
  return bits >= 8 ? 255 : bits <= 0 ? 0 : 255 - (255 >> bits);
}

function canonical(address: ipaddr.IPv4 | ipaddr.IPv6): string {
  return address.kind() === 'ipv6' ? (address as ipaddr.IPv6).toRFC5952String() : address.toString();
}
