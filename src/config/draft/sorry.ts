import { parseIp } from '../address.ts';
import type { DraftHost } from './host.ts';

/** A service's sorry server, half-way. */
export interface DraftSorry {
  /** As written; undefined where an address is. */
  readonly name: string | undefined;
  /** undefined where the inventory has no host of that name. */
  readonly host: DraftHost | undefined;
  /** Addresses of the host that fit equally well. */
  readonly choices: readonly string[];
  readonly ip: string | undefined;
  readonly port: number;
}

/** `sorry01`, `sorry01:8080`, `192.168.0.9:8080`, `fd00::9` or `[fd00::9]:8080`. */
export function readSorry(written: string): {
  readonly name: string;
  readonly ip: string | undefined;
  readonly port: number | undefined;
} {
  const bare = parseIp(written);
  if (bare !== undefined) return { name: written, ip: bare, port: undefined };
  const [, name = written, port] = /^(.*?)(?::(\d+))?$/.exec(written) ?? [];
  const ip = parseIp(name.replace(/^\[(.*)\]$/, '$1'));
  return { name, ip, port: port === undefined ? undefined : Number(port) };
}
