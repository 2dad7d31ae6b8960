import { createHash } from 'node:crypto';
import { type Command, script } from '../model/command.ts';
import type { Kind } from '../model/kind.ts';
import { backendFunctions } from '../probes/backends.ts';
import { ruleKey, rules } from '../probes/rules.ts';
import type { Presence } from './presence.ts';
import { list, schemaOf, text } from './schema.ts';

export { backendFunctions };

export interface IptablesSpec {
  readonly table?: string | undefined;
  readonly chain: string;
  /** The words of the rule, without `-A CHAIN`. */
  readonly rule: readonly string[];
  readonly family?: 4 | 6 | undefined;
  readonly place?: 'append' | 'insert' | undefined;
  readonly state?: Presence | undefined;
}

type Subject = {
  readonly family: 4 | 6;
  readonly table: string;
  readonly chain: string;
  readonly place: 'append' | 'insert';
  readonly rule: readonly string[];
};
/**
 * How often the rule stands in its chain, over both backends: once is right, twice would count and log twice.
 */
type State = { readonly rule: string; readonly copies: number };

/**
 * A rule of the packet filter, live only. It carries a comment with a hash of its words (`lvsform:1a2b3c4d`),
 * and is found by that: iptables prints rules in its own words. Rules without it are foreign, and stay.
 * Whatever backend holds it counts. It is written where the host's other rules are: to the backend of its own `iptables`,
 * unless the other one alone is in use. Where in its chain it stands is only said when it is made.
 */
export const iptables: Kind<IptablesSpec, Subject, State> = {
  name: 'iptables',
  schema: schemaOf(
    {
      title: 'iptables rule',
      description: 'A rule of the packet filter, now; not kept over a reboot.',
      examples: [
        { chain: 'INPUT', rule: ['-p', '112', '-j', 'ACCEPT'], place: 'insert' },
        {
          table: 'nat',
          chain: 'POSTROUTING',
          rule: ['-s', '192.168.0.0/24', '-o', 'eth1', '-j', 'MASQUERADE'],
        },
      ],
    },
    ['chain', 'rule'],
    {
      table: {
        title: 'Table',
        description: 'The table.',
        enum: ['filter', 'nat', 'mangle', 'raw', 'security'],
        default: 'filter',
      },
      chain: text('Chain', 'The chain, which exists.', '^[A-Za-z0-9_][A-Za-z0-9_.-]{0,27}$'),
      rule: list(
        'Rule',
        'The words of the rule as iptables takes them, without -t, -A or -I.',
        {
          type: 'string',
          pattern:
            '^(?!(-[tADIRLSFZNXPEwWM]|--(table|append|delete|insert|replace|list|list-rules|flush|zero|new-chain|delete-chain|policy|rename-chain|wait|modprobe)(=.*)?)$)[^\\x00-\\x1f\\x7f]+$',
        },
        { minItems: 1 },
      ),
      family: { title: 'Family', description: 'IPv4 or IPv6.', enum: [4, 6], default: 4 },
      place: {
        title: 'Place',
        description: 'Where a new rule goes: behind the others of the chain, or in front of them.',
        enum: ['append', 'insert'],
        default: 'append',
      },
    },
  ),
  subject: ({ family = 4, table = 'filter', chain, place = 'append', rule }) => ({
    family,
    table,
    chain,
    place,
    rule,
  }),
  id: subject => `${subject.family}/${subject.table}/${subject.chain}/${hash(subject)}`,
  asks: subject => [{ probe: rules, key: key(subject) }],

  read(subject, answers) {
    const copies = answers.get(rules, key(subject));
    return copies === undefined ? undefined : { rule: subject.rule.join(' '), copies: copies.length };
  },

  want: ({ rule, state }) => (state === 'absent' ? undefined : { rule: rule.join(' '), copies: 1 }),

  move(subject, from, to) {
    if (to === undefined) return [remove(subject)];
    const missing = to.copies - (from?.copies ?? 0);
    if (missing > 0) return [add(subject, to.copies)];
    return [remove(subject), add(subject, to.copies)];
  },

  cuts: () => true,

  effect({ table, chain }, from, to) {
    if (to === undefined) return `removes a rule from ${table} ${chain}`;
    return from === undefined
      ? `adds a rule to ${table} ${chain}`
      : `leaves one copy of a rule in ${table} ${chain}`;
  },
};

function hash({ rule }: Subject): string {
  return createHash('sha256').update(JSON.stringify(rule)).digest('hex').slice(0, 8);
}

function marker(subject: Subject): string {
  return `lvsform:${hash(subject)}`;
}

function key(subject: Subject): string {
  const { family, table, chain } = subject;
  return ruleKey({ family, table, chain, marker: marker(subject) });
}

/** A rule ends with its target's options, so the comment goes in front. */
function marked(subject: Subject): readonly string[] {
  return ['-m', 'comment', '--comment', marker(subject), ...subject.rule];
}

function add(subject: Subject, copies: number): Command {
  const { family, table, chain, place } = subject;
  const where = [String(family), table, chain, place === 'insert' ? '-I' : '-A', String(copies)];
  return {
    argv: script('lvsform-add-rule', addText, ...where, ...marked(subject)),
    label: `add a rule to ${table} ${chain}: ${subject.rule.join(' ')}`,
  };
}

function remove(subject: Subject): Command {
  const { family, table, chain } = subject;
  return {
    argv: script('lvsform-remove-rule', removeText, String(family), table, chain, ...marked(subject)),
    label: `remove a rule from ${table} ${chain}: ${subject.rule.join(' ')}`,
  };
}

const addText = `${backendFunctions}
export LC_ALL=C
family=$1 table=$2 chain=$3 verb=$4 copies=$5
shift 5
found=0
for holder in $(holders "$family" "$table"); do
  count=$("$holder-save" -t "$table" | grep -c -- "^-A $chain .*--comment \\"\\{0,1\\}$4[\\" ]")
  found=$((found + count))
done
sides=$(writers "$family") || exit 1
case $sides in *own*) side=own ;; *) side=other ;; esac
while [ "$found" -lt "$copies" ]; do
  "$(program_at "$side" "$family")" -w 10 -t "$table" "$verb" "$chain" "$@" || exit 1
  found=$((found + 1))
done
exit 0
`;

const removeText = `${backendFunctions}
export LC_ALL=C
family=$1 table=$2 chain=$3
shift 3
for holder in $(holders "$family" "$table"); do
  while "$holder" -w 10 -t "$table" -C "$chain" "$@" 2>/dev/null; do
    "$holder" -w 10 -t "$table" -D "$chain" "$@" || exit 1
  done
done
exit 0
`;
