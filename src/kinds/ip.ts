import ipaddr from 'ipaddr.js';
import { endpoint as joined } from '../model/network.ts';
import { Problem } from '../model/problem.ts';

/** An address as the kernel prints it (IPv6 short and lower case), so that one address has one text. */
export function canonicalAddress(address: string): string {
  if (!ipaddr.isValid(address)) throw new Problem(`"${address}" is not an IP address`);
  const parsed = ipaddr.parse(address);
  return parsed.kind() === 'ipv6' ? (parsed as ipaddr.IPv6).toRFC5952String() : address;
}

/** The same of `address/prefix`. */
export function canonicalNetwork(network: string): string {
  const [address = '', prefix = ''] = network.split('/');
  return `${canonicalAddress(address)}/${prefix}`;
}

/** `address:port`, IPv6 in brackets: how ipvsadm writes both services and servers. */
export function endpoint(address: string, port: number): string {
  return joined(canonicalAddress(address), port);
}
