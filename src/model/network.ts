import { BlockList } from 'node:net';
import type { IpNet } from './cluster.ts';

/** Whether an address lies in the network of `net` (its host bits do not matter). */
export function contains(net: IpNet, ip: string): boolean {
  if (familyOf(ip) !== net.family) return false;
  const family = net.family === 6 ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  list.addSubnet(net.ip, net.prefix, family);
  return list.check(ip, family);
}

/** The family of a valid address or network, by its spelling. */
export function familyOf(address: string): 4 | 6 {
  return address.includes(':') ? 6 : 4;
}

/** `192.168.0.240:80`, `[2001:db8::1]:80`. */
export function endpoint(ip: string, port: number): string {
  return familyOf(ip) === 6 ? `[${ip}]:${port}` : `${ip}:${port}`;
}
