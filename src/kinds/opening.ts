import { type Command, script } from '../model/command.ts';
import type { Kind } from '../model/kind.ts';
import { Problem } from '../model/problem.ts';
import { backendFunctions, type Side } from '../probes/backends.ts';
import { filters } from '../probes/filters.ts';
import { firewalld, firewalldKey, type ZoneRules } from '../probes/firewalld.ts';
import { ruleKey, rules } from '../probes/rules.ts';
import { openingSchema } from './opening-schema.ts';
import { markedWords, markOf, type Opening, richRule, ruleWords } from './opening-words.ts';
import type { Presence } from './presence.ts';

export interface OpeningSpec extends Opening {
  /** Who is told: what the host filters with, or the one that is named. */
  readonly backend?: 'auto' | 'iptables' | 'firewalld' | undefined;
  readonly state?: Presence | undefined;
}

type Subject = {
  readonly chain: 'INPUT' | 'FORWARD';
  readonly family: 4 | 6;
  /** The words of iptables' rule, without its chain. */
  readonly words: readonly string[];
  /** firewalld's rule; null where it lets such packets through by itself. */
  readonly rich: string | null;
};

/** Where the hole is: backends of iptables, and zones of firewalld, now and for its next start. */
type State = {
  readonly rule: string;
  readonly iptables: readonly Side[];
  readonly zones: readonly string[];
  readonly permanentZones: readonly string[];
};

/**
 * A hole in what a host filters with: packets that are let in whatever other rules say. Where firewalld runs, it is a rich rule
 * in each zone that takes packets, now and permanently. Elsewhere it is a rule of iptables in front of the others, in
 * each backend that somebody else's rules are in (a packet must pass them all); there it is live only.
 */
export const opening: Kind<OpeningSpec, Subject, State> = {
  name: 'opening',
  schema: openingSchema,
  subject: spec => ({
    chain: spec.chain ?? 'INPUT',
    family: spec.family ?? 4,
    words: ruleWords(spec),
    rich: spec.answers === true ? null : richRule(spec),
  }),
  id: ({ family, chain, words }) => `${family}/${chain}/${markOf(words).replace('lvsform:', '')}`,
  asks: subject => [
    { probe: filters, key: String(subject.family) },
    { probe: rules, key: key(subject) },
    { probe: firewalld, key: firewalldKey },
  ],

  read(subject, answers) {
    const sides = [...new Set(answers.get(rules, key(subject)) ?? [])];
    const daemon = answers.get(firewalld, firewalldKey);
    const zones = zonesWith(subject.rich, daemon?.runtime);
    const permanentZones = zonesWith(subject.rich, daemon?.permanent);
    if (sides.length + zones.length + permanentZones.length === 0) return undefined;
    return { rule: subject.words.join(' '), iptables: sides, zones, permanentZones };
  },

  want(spec, { answers }) {
    if (spec.state === 'absent') return undefined;
    const { family, chain, words, rich } = opening.subject(spec);
    const daemon = answers.get(firewalld, firewalldKey);
    const rule = words.join(' ');
    if (spec.backend === 'firewalld' && daemon === undefined) {
      throw new Problem('firewalld does not run', {
        why: 'the firewall backend of this host is firewalld, and firewall-cmd finds no daemon',
        next: 'start firewalld, or write backend: auto',
      });
    }
    if (spec.backend === 'iptables' || daemon === undefined) {
      return {
        rule,
        iptables: answers.get(filters, String(family)) ?? ['own'],
        zones: [],
        permanentZones: [],
      };
    }
    if (rich === null) return undefined;
    if (chain === 'FORWARD') {
      throw new Problem('firewalld opens no FORWARD', {
        why: `it has no rich rule for packets that pass through: ${rule}`,
        next: 'write a policy of firewalld for it, or answers: true where it only lets answers through',
      });
    }
    return { rule, iptables: [], zones: daemon.zones, permanentZones: daemon.zones };
  },

  move(subject, from, to) {
    const { rich } = subject;
    const change = <Item>(list: (state: State) => readonly Item[]) => ({
      added: (to === undefined ? [] : list(to)).filter(each => !(from ? list(from) : []).includes(each)),
      removed: (from === undefined ? [] : list(from)).filter(each => !(to ? list(to) : []).includes(each)),
    });
    const sides = change(state => state.iptables);
    const now = change(state => state.zones);
    const later = change(state => state.permanentZones);
    return [
      ...sides.added.map(side => open(subject, side)),
      ...later.added.map(zone => firewallCmd(zone, '--add-rich-rule', rich, true)),
      ...now.added.map(zone => firewallCmd(zone, '--add-rich-rule', rich, false)),
      ...now.removed.map(zone => firewallCmd(zone, '--remove-rich-rule', rich, false)),
      ...later.removed.map(zone => firewallCmd(zone, '--remove-rich-rule', rich, true)),
      ...sides.removed.map(side => close(subject, side)),
    ];
  },

  /** Another hole cuts nobody off. */
  cuts: (_subject, from, to) =>
    ['iptables', 'zones', 'permanentZones'].some(place => {
      const [before, after] = [from, to].map(state => state?.[place as keyof State] ?? []);
      return [...(before ?? [])].some(each => !after?.includes(each));
    }),

  effect({ chain, words }, _from, to) {
    return `${to === undefined ? 'no longer opens' : 'opens'} ${chain} for ${words.slice(0, -2).join(' ')}`;
  },
};

function zonesWith(rich: string | null, zones: ZoneRules | undefined): readonly string[] {
  const found = Object.entries(zones ?? {}).filter(([, list]) => rich !== null && list.includes(rich));
  return found.map(([zone]) => zone).sort();
}

function key({ family, chain, words }: Subject): string {
  return ruleKey({ family, table: 'filter', chain, marker: markOf(words) });
}

function firewallCmd(
  zone: string,
  verb: '--add-rich-rule' | '--remove-rich-rule',
  rich: string | null,
  permanent: boolean,
): Command {
  return {
    argv: ['firewall-cmd', ...(permanent ? ['--permanent'] : []), `--zone=${zone}`, `${verb}=${rich ?? ''}`],
  };
}

function open({ family, chain, words }: Subject, side: Side): Command {
  return {
    argv: script('lvsform-open-filter', openText, String(family), chain, side, ...markedWords(words)),
    label: `open ${chain} (${side === 'own' ? 'iptables' : "iptables' other backend"}): ${words.join(' ')}`,
  };
}

function close({ family, chain, words }: Subject, side: Side): Command {
  return {
    argv: script('lvsform-close-filter', closeText, String(family), chain, side, ...markedWords(words)),
    label: `close ${chain} (${side === 'own' ? 'iptables' : "iptables' other backend"}): ${words.join(' ')}`,
  };
}

const openText = `${backendFunctions}
export LC_ALL=C
family=$1 chain=$2 program=$(program_at "$3" "$1")
shift 3
said=$("$program" -w 10 -C "$chain" "$@" 2>&1)
case $? in
0) ;;
1) exec "$program" -w 10 -I "$chain" "$@" ;;
*) echo "$said" >&2; exit 1 ;;
esac
`;

const closeText = `${backendFunctions}
export LC_ALL=C
family=$1 chain=$2 side=$3
shift 3
for holder in $(holders "$family" filter); do
  [ "$(side_of "$holder" "$family")" = "$side" ] || continue
  while "$holder" -w 10 -C "$chain" "$@" 2>/dev/null; do
    "$holder" -w 10 -D "$chain" "$@" || exit 1
  done
done
exit 0
`;
