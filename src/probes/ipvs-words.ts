import { garbled } from './answer.ts';

export type Forwarding = 'DR' | 'NAT' | 'TUN';

/**
 * A real server in the kernel's table; `upper` and `lower` are its thresholds, where it has any; `tunnel` is what -S
 * prints of a tunnel that is not plain IPIP.
 */
export type ServerEntry = {
  readonly method: Forwarding;
  readonly weight: number;
  readonly upper?: number;
  readonly lower?: number;
  readonly tunnel?: string;
};

/** A virtual service in the kernel's table. What is as the kernel has it by itself is left out. */
export type VirtualServiceEntry = {
  readonly scheduler: string;
  /** In the names and the order of ipvsadm. */
  readonly schedulerFlags?: readonly string[];
  /** Seconds; 0 is off. */
  readonly persistence: number;
  /** Length of the prefix within which clients count as one. */
  readonly prefix?: number;
  readonly engine?: string;
  readonly onePacket?: true;
  /** Words of -S that lvsform has no member for. */
  readonly flags?: readonly string[];
  /** By `address:port`, IPv6 in brackets. */
  readonly servers: { readonly [server: string]: ServerEntry };
};

const protocols: ReadonlyMap<string, string> = new Map([
  ['-t', 'tcp'],
  ['-u', 'udp'],
  ['--sctp-service', 'sctp'],
]);

/** The key of the service that words of -S begin with, and what follows. */
export function serviceKey([kind = '', name = '', ...rest]: readonly string[]): {
  readonly key: string;
  readonly rest: readonly string[];
} {
  if (kind === '-f') {
    return rest[0] === '-6'
      ? { key: `fwmark6:${name}`, rest: rest.slice(1) }
      : { key: `fwmark:${name}`, rest };
  }
  return { key: `${protocols.get(kind) ?? kind}:${name}`, rest };
}

/** The words by which ipvsadm(8) knows the service of a key. */
export function serviceWords(key: string): readonly string[] {
  const [kind = '', name = ''] = [key.slice(0, key.indexOf(':')), key.slice(key.indexOf(':') + 1)];
  if (kind === 'fwmark') return ['-f', name];
  if (kind === 'fwmark6') return ['-f', name, '-6'];
  return [[...protocols].find(([, protocol]) => protocol === kind)?.[0] ?? '-t', name];
}

/** What follows the service in a line -A. */
export function parseService(words: readonly string[]): VirtualServiceEntry {
  let [scheduler, persistence] = ['', 0];
  const more: { schedulerFlags?: readonly string[]; prefix?: number; engine?: string; onePacket?: true } = {};
  const flags: string[] = [];
  const rest = [...words];
  while (rest.length > 0) {
    const word = rest.shift() ?? '';
    if (word === '-s') scheduler = rest.shift() ?? '';
    else if (word === '-p') persistence = Number(rest.shift());
    else if (word === '--pe') more.engine = rest.shift() ?? '';
    else if (word === '-o') more.onePacket = true;
    // A flag that has no name for this scheduler is printed as nothing at all.
    else if (word === '-b')
      more.schedulerFlags = /^[^-]/.test(rest[0] ?? '') ? (rest.shift()?.split(',') ?? []) : [];
    else if (word === '-M') {
      const mask = rest.shift() ?? '';
      const prefix = prefixOf(mask);
      if (prefix === undefined) flags.push(word, mask);
      else more.prefix = prefix;
    } else flags.push(word);
  }
  if (scheduler === '' || Number.isNaN(persistence)) throw garbled('ipvs', words.join(' '));
  return { scheduler, persistence, ...more, ...(flags.length === 0 ? {} : { flags }), servers: {} };
}

/** `255.255.255.0`, or of IPv6 the length itself; undefined for a mask with holes. */
function prefixOf(mask: string): number | undefined {
  if (/^\d+$/.test(mask)) return Number(mask);
  const bits = mask.split('.').map(byte => Number(byte).toString(2).padStart(8, '0'));
  const ones = /^(1*)0*$/.exec(bits.join(''))?.[1];
  return bits.length === 4 ? ones?.length : undefined;
}

/** The mask of `-M` for a prefix of the family. */
export function maskOf(prefix: number, family: 4 | 6): string {
  if (family === 6) return String(prefix);
  const bits = '1'.repeat(prefix).padEnd(32, '0');
  return [0, 8, 16, 24].map(at => Number.parseInt(bits.slice(at, at + 8), 2)).join('.');
}

const forwarding: ReadonlyMap<string, Forwarding> = new Map([
  ['-g', 'DR'],
  ['-m', 'NAT'],
  ['-i', 'TUN'],
]);

/** What ipvsadm 1.31 prints of every tunnel that is nothing special, and 1.29 does not. */
const plainTunnel = '--tun-type ipip';

/** What follows the service in a line -a: the server's name, and what it is. */
export function parseServer(words: readonly string[]): readonly [name: string, server: ServerEntry] {
  let [name, weight] = ['', Number.NaN];
  let method: Forwarding | undefined;
  const tunnel: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '-r') name = words[++at] ?? '';
    else if (word === '-w') weight = Number(words[++at]);
    else if (forwarding.has(word)) method = forwarding.get(word);
    else tunnel.push(word);
  }
  if (name === '' || method === undefined || Number.isNaN(weight)) throw garbled('ipvs', words.join(' '));
  const special = tunnel.join(' ');
  return [
    name,
    { method, weight, ...(special === '' || special === plainTunnel ? {} : { tunnel: special }) },
  ];
}
