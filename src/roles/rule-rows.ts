import { backendFunctions, type IptablesSpec, iptables } from '../kinds/iptables.ts';

/** A rule of the packet filter that a role wants, and what a reader of a plan is told of it. */
export interface HostRule {
  readonly spec: IptablesSpec;
  readonly reason: string;
}

/** The shell functions by which the scripts find the backend that a rule goes to, as the kinds do. */
export const backends = backendFunctions.trimEnd();

/** A rule as the scripts hold it (templates/iptables/rules.hbs). */
export interface RuleRow {
  readonly program: 'iptables' | 'ip6tables';
  readonly table: string;
  readonly place: '-A' | '-I';
  readonly chain: string;
  /** The rule with its mark, ready for a shell: no word of it has anything that a shell would take for its own. */
  readonly words: string;
  readonly reason: string;
}

/** The same rules as the iptables kind holds live, with the same marks, so that each finds what the other made. */
export function ruleRows(rules: readonly HostRule[]): readonly RuleRow[] {
  return rules.map(({ spec, reason }) => ({
    program: spec.family === 6 ? 'ip6tables' : 'iptables',
    table: spec.table ?? 'filter',
    place: spec.place === 'insert' ? '-I' : '-A',
    chain: spec.chain,
    words: marked(spec).join(' '),
    reason,
  }));
}

/**
 * The words of a rule as the kind writes them: its mark in front, `lvsform:` and the hash that ends the kind's id. The
 * order counts, for `iptables -C` compares matches one by one.
 */
function marked(spec: IptablesSpec): readonly string[] {
  const hash = iptables.id(iptables.subject(spec)).split('/').at(-1);
  return ['-m', 'comment', '--comment', `lvsform:${hash}`, ...spec.rule];
}
