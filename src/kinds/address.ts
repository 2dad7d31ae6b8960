import { type Command, script } from '../model/command.ts';
import type { Kind } from '../model/kind.ts';
import { familyOf } from '../model/network.ts';
import { addresses, addressKey } from '../probes/addresses.ts';
import { canonicalNetwork } from './ip.ts';
import type { Presence } from './presence.ts';
import { patterns, schemaOf, text } from './schema.ts';

export interface AddressSpec {
  readonly interface: string;
  readonly address: string;
  /** IPv4 only; begins with the interface's name (`eth0:240`), at most 15 characters. */
  readonly label?: string | undefined;
  readonly scope?: string | undefined;
  /** Others may have or have had it: IPv4 is told to the neighbours, IPv6 is never used as a source. */
  readonly announce?: boolean | undefined;
  readonly state?: Presence | undefined;
}

type Subject = { readonly interface: string; readonly address: string; readonly announce?: true };
type State = { readonly label: string | null; readonly scope: string };

/**
 * An address on an interface, live only: what holds it over a reboot is a unit's or keepalived's business.
 * The kernel can not edit label or scope (ip-address(8): replace changes lifetimes), so another one is a
 * removal and an addition.
 */
export const addressKind: Kind<AddressSpec, Subject, State> = {
  name: 'address',
  schema: schemaOf(
    {
      title: 'Address',
      description: 'An IP address on an interface, now; not kept over a reboot.',
      examples: [
        { interface: 'eth0', address: '192.168.0.240/32', label: 'eth0:240' },
        { interface: 'lo', address: '192.168.0.240/32', scope: 'host' },
        { interface: 'eth0', address: 'fd00::240/128' },
      ],
    },
    ['interface', 'address'],
    {
      interface: text('Interface', 'Name of the interface.', patterns.interface),
      address: text('Address', 'The address with the length of its prefix.', patterns.network),
      label: text(
        'Label',
        "IPv4: the interface's name, a colon and a word; 15 characters at most.",
        '^(?=.{1,15}$)[A-Za-z0-9._@-]+:[A-Za-z0-9._-]+$',
      ),
      scope: {
        title: 'Scope',
        description: 'How far the address is valid.',
        enum: ['global', 'site', 'link', 'host'],
        default: 'global',
      },
      announce: {
        title: 'Announce',
        description:
          'Others may have or have had the address. IPv4: tell the neighbours that it is here now, by arping where the host has it. IPv6: never call anybody from it (preferred_lft 0); the kernel tells the neighbours (ndisc_notify).',
        type: 'boolean',
        default: false,
      },
    },
  ),
  subject: spec => ({
    interface: spec.interface,
    address: canonicalNetwork(spec.address),
    ...(spec.announce === true && { announce: true }),
  }),
  id: subject => `${subject.interface}/${subject.address}`,
  asks: subject => [{ probe: addresses, key: key(subject) }],

  read(subject, answers) {
    const entry = answers.get(addresses, key(subject));
    return entry && { label: entry.label, scope: entry.scope };
  },

  want({ address, label, scope = 'global', state }) {
    if (state === 'absent') return undefined;
    return { label: familyOf(address) === 4 ? (label ?? null) : null, scope };
  },

  move(subject, from, to) {
    const steps = from === undefined ? [] : [remove(subject)];
    return to === undefined ? steps : [...steps, add(subject, to), ...announce(subject)];
  },

  cuts: () => true,

  effect(subject, from, to) {
    if (to === undefined) return `takes ${subject.address} from ${subject.interface}`;
    const text = `puts ${subject.address} on ${subject.interface}`;
    return from === undefined ? text : `${text} anew: it is gone for an instant`;
  },
};

function key(subject: Subject): string {
  return addressKey(subject.interface, subject.address);
}

/**
 * An IPv6 address that others have, too, is deprecated from the start (RFC 6724, rule 3): the host answers by it, and calls
 * nobody from it. A real server that has the VIP itself would send its answers to itself.
 */
function add(subject: Subject, { label, scope }: State): Command {
  const place = [subject.address, 'dev', subject.interface];
  return {
    argv: [
      ...(['ip', 'addr', 'replace'] as const),
      ...place,
      ...(label === null ? [] : ['label', label]),
      ...['scope', scope],
      ...(subject.announce && familyOf(subject.address) === 6 ? ['preferred_lft', '0'] : []),
    ],
    label: `add ${subject.address} to ${subject.interface}`,
  };
}

function announce({ interface: device, address, announce }: Subject): readonly Command[] {
  const [ip = ''] = address.split('/');
  if (!announce || familyOf(address) !== 4) return [];
  return [{ argv: script('lvsform-announce-address', announceText, device, ip), label: `announce ${ip}` }];
}

function remove(subject: Subject): Command {
  return {
    argv: script('lvsform-remove-address', removeText, subject.interface, subject.address),
    label: `remove ${subject.address} from ${subject.interface}`,
  };
}

/** What ip says of an address or an interface that is gone already. */
const removeText = `export LC_ALL=C
said=$(ip addr del "$2" dev "$1" 2>&1) && exit 0
case $said in
  *'Cannot assign requested address'* | *'Address not found'* | *'Cannot find device'*) exit 0 ;;
esac
printf '%s\\n' "$said" >&2
exit 1
`;

/** arping(8) of iputils; without it the neighbours find out by themselves, which takes them some seconds. */
const announceText = `command -v arping >/dev/null || { echo "no arping: neighbours may miss $2 for a while" >&2; exit 0; }
arping -q -U -c 1 -I "$1" "$2" >/dev/null 2>&1
exit 0
`;
