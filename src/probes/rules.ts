import { script } from '../model/command.ts';
import type { Probe } from '../model/probe.ts';
import { garbled, linesOf } from './answer.ts';
import { backendFunctions, type Side } from './backends.ts';

/** Where a rule stands, and the comment by which it is found again. */
export interface RuleName {
  readonly family: 4 | 6;
  readonly table: string;
  readonly chain: string;
  /** `lvsform:` and a hash; iptables rewrites a rule's words, and leaves its comment alone. */
  readonly marker: string;
}

/** The key of a rule. */
export function ruleKey({ family, table, chain, marker }: RuleName): string {
  return `${family} ${table} ${chain} ${marker}`;
}

/**
 * Where a marked rule stands, over both backends of iptables (legacy and nf_tables): the side of each copy in its
 * chain, by `ruleKey`. Not at all is absent; so it is without iptables. Reading loads nothing: a legacy table exists
 * only if /proc/net/ip_tables_names lists it (saving another one would create it), and nf_tables is only
 * asked where the kernel has it.
 */
export const rules: Probe<readonly Side[]> = {
  name: 'rules',

  script(keys) {
    const tables = new Set(keys.map(key => key.split(' ').slice(0, 2).join(' ')));
    return script('lvsform-read-rules', text, ...[...tables].flatMap(table => table.split(' ')));
  },

  parse(result, keys) {
    const copies = new Map<string, Side[]>();
    let [family, table, side]: [string, string, Side] = ['', '', 'own'];
    for (const line of linesOf('rules', result)) {
      const [first = '', second = '', third] = line.split(' ');
      if (first === '@') [family, table, side] = [second, '', third === 'other' ? 'other' : 'own'];
      else if (family === '') throw garbled('rules', line);
      else if (first.startsWith('*')) table = first.slice(1);
      else if (first === '-A') {
        const marker = /--comment "?(lvsform:[0-9a-f]+)"?( |$)/.exec(line)?.[1];
        const key = `${family} ${table} ${second} ${marker}`;
        if (marker !== undefined) copies.set(key, [...(copies.get(key) ?? []), side]);
      } else if (!/^(#|:|COMMIT$|$)/.test(line)) throw garbled('rules', line);
    }
    return new Map(keys.map(key => [key, copies.get(key)?.sort().reverse()]));
  },
};

const text = `${backendFunctions}
export LC_ALL=C
[ -d /proc/net/ ] && [ -d /sys/module ] || { echo '/proc or /sys is not mounted' >&2; exit 1; }
while [ $# -gt 0 ]; do
  for holder in $(holders "$1" "$2"); do
    echo "@ $1 $(side_of "$holder" "$1")"
    "$holder-save" -t "$2" || exit 1
  done
  shift 2
done
echo end
`;
