import { isIP } from 'node:net';
import { Problem } from '../model/problem.ts';

/** A host as a person names it in a word: `lvs01=192.168.0.210/24`, `lvs01=10.0.0.11/24,10.7.0.11/24@eth2`. */
export interface HostWords {
  readonly name: string;
  /** Interface and address with the length of its prefix, in the order given; eth0, eth1 ... where none is named. */
  readonly interfaces: readonly { readonly name: string; readonly address: string }[];
}

const hostName = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const interfaceName = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$/;

/** Reads such a word. Throws a Problem that says what it should have looked like. */
export function hostWords(word: string): HostWords {
  const at = word.indexOf('=');
  const [name, rest] = [word.slice(0, Math.max(at, 0)), word.slice(at + 1)];
  if (!hostName.test(name))
    throw odd(word, `${name === '' ? 'it has no name' : `"${name}" is no host name`}`);
  const interfaces = rest.split(',').map((part, index) => {
    const [address = '', device = `eth${index}`] = part.split('@');
    const [ip = '', prefix = ''] = address.split('/');
    const family = isIP(ip);
    if (family === 0) throw odd(word, `"${ip}" is no address`);
    if (!/^\d{1,3}$/.test(prefix) || Number(prefix) > (family === 4 ? 32 : 128))
      throw odd(word, `"${address}" has no length of its prefix`);
    if (!interfaceName.test(device)) throw odd(word, `"${device}" is no name of an interface`);
    return { name: device, address };
  });
  return { name, interfaces };
}

function odd(word: string, why: string): Problem {
  return new Problem(`"${word}" is not a host`, {
    why,
    next: 'write NAME=ADDRESS/PREFIX, such as lvs01=192.168.0.210/24; more addresses with commas, an interface after @',
  });
}
