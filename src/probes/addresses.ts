import { script } from '../model/command.ts';
import type { Probe } from '../model/probe.ts';
import { garbled, linesOf } from './answer.ts';

/**
 * An address on an interface: its label (IPv4 alone has them; null if it is the interface's name) and scope.
 */
export interface AddressEntry {
  readonly label: string | null;
  readonly scope: string;
}

/** The key of an address (`192.168.0.240/32`, IPv6 in its short form) on an interface. */
export function addressKey(device: string, address: string): string {
  return `${device} ${address}`;
}

/** Addresses by `addressKey`, from one `ip -o addr` (ip-address(8)); what it does not list is absent. */
export const addresses: Probe<AddressEntry> = {
  name: 'addresses',
  script: () => script('lvsform-read-addresses', text),

  parse(result, keys) {
    const listed = new Map<string, AddressEntry>();
    for (const line of linesOf('addresses', result)) {
      const [, device = '', family, address = '', rest = ''] =
        /^\d+: (\S+) +(inet6?) (\S+) (.*)$/.exec(line) ?? [];
      if (family === undefined) throw garbled('addresses', line);
      const [, peer] = /^peer (\S+)/.exec(rest) ?? [];
      const prefix = peer?.replace(/^[^/]*/, '') ?? '';
      const [, scope = 'global', after = ''] = /\bscope (\S+) ?([^\\]*)/.exec(rest) ?? [];
      const label = family === 'inet' ? after.trim().split(' ').pop() : undefined;
      listed.set(addressKey(device, peer === undefined ? address : `${address}${prefix}`), {
        label: label === undefined || label === '' || label === device ? null : label,
        scope,
      });
    }
    return new Map(keys.map(key => [key, listed.get(key)]));
  },
};

const text = `export LC_ALL=C
ip -o addr show || exit 1
echo end
`;
