import { script } from '../model/command.ts';
import type { Probe } from '../model/probe.ts';
import { garbled, linesOf } from './answer.ts';

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
 * How often a marked rule stands in its chain, over both backends of iptables (legacy and nf_tables), by
 * `ruleKey`. Not at all is absent; so it is without iptables. Reading loads nothing: a legacy table exists
 * only if /proc/net/ip_tables_names lists it (saving another one would create it), and nf_tables is only
 * asked where the kernel has it.
 */
export const rules: Probe<number> = {
  name: 'rules',

  script(keys) {
    const tables = new Set(keys.map(key => key.split(' ').slice(0, 2).join(' ')));
    return script('lvsform-read-rules', text, ...[...tables].flatMap(table => table.split(' ')));
  },

  parse(result, keys) {
    const counts = new Map<string, number>();
    let [family, table] = ['', ''];
    for (const line of linesOf('rules', result)) {
      const [first = '', second = ''] = line.split(' ');
      if (first === '@') [family, table] = [second, ''];
      else if (family === '') throw garbled('rules', line);
      else if (first.startsWith('*')) table = first.slice(1);
      else if (first === '-A') {
        const marker = /--comment "?(lvsform:[0-9a-f]+)"?( |$)/.exec(line)?.[1];
        const key = `${family} ${table} ${second} ${marker}`;
        if (marker !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1);
      } else if (!/^(#|:|COMMIT$|$)/.test(line)) throw garbled('rules', line);
    }
    return new Map(keys.map(key => [key, counts.get(key)]));
  },
};

/**
 * Shell functions, shared with the iptables kind: `holders FAMILY TABLE` prints the programs of those
 * backends that can be asked for a table without loading a module. A kernel without modules (no
 * modules.builtin) loads none.
 */
export const backendFunctions = `has_nft() {
  [ -d /sys/module/nf_tables ] && return 0
  builtin=/lib/modules/$(uname -r)/modules.builtin
  [ ! -e "$builtin" ] || grep -q '/nf_tables\\.ko' "$builtin"
}
has_legacy() {
  case $1 in 4) names=/proc/net/ip_tables_names ;; *) names=/proc/net/ip6_tables_names ;; esac
  grep -qsx -- "$2" "$names"
}
program_of() {
  case $1 in 4) echo iptables ;; *) echo ip6tables ;; esac
}
is_nft() {
  case $("$1" -V 2>/dev/null) in *nf_tables*) return 0 ;; *) return 1 ;; esac
}
holders() {
  program=$(program_of "$1")
  if command -v "$program-legacy" >/dev/null || command -v "$program-nft" >/dev/null; then
    if command -v "$program-legacy" >/dev/null && has_legacy "$1" "$2"; then echo "$program-legacy"; fi
    if command -v "$program-nft" >/dev/null && has_nft; then echo "$program-nft"; fi
  elif command -v "$program" >/dev/null; then
    if is_nft "$program"; then has_nft && echo "$program"; else has_legacy "$1" "$2" && echo "$program"; fi
  fi
  return 0
}
`;

const text = `${backendFunctions}
export LC_ALL=C
[ -d /proc/net/ ] && [ -d /sys/module ] || { echo '/proc or /sys is not mounted' >&2; exit 1; }
while [ $# -gt 0 ]; do
  for holder in $(holders "$1" "$2"); do
    echo "@ $1"
    "$holder-save" -t "$2" || exit 1
  done
  shift 2
done
echo end
`;
