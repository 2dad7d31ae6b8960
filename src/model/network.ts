import { BlockList } from 'node:net';
import type { IpNet } from './cluster.ts';

/** Whether an address lies in the network of `net` (its host bits do not matter). */
export function contains(net: IpNet, ip: string): boolean {
  const family = ip.includes(':') ? 'ipv6' : 'ipv4';
  if ((net.family === 6) !== (family === 'ipv6')) return false;
  const list = new BlockList();
  list.addSubnet(net.ip, net.prefix, family);
  return list.check(ip, family);
}

/** `192.168.0.240:80`, `[2001:db8::1]:80`. */
export function endpoint(ip: string, port: number): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
}
