import { script } from '../model/command.ts';
import type { Probe } from '../model/probe.ts';
import { garbled, linesOf } from './answer.ts';
import { backendFunctions, type Side } from './backends.ts';

/**
 * The backends of iptables that hold somebody else's rules, by family (`4`, `6`). Absent where none does: on a host that
 * filters nothing, or without iptables.
 */
export const filters: Probe<readonly Side[]> = {
  name: 'filters',
  script: keys => script('lvsform-read-filters', text, ...keys),

  parse(result, keys) {
    const found = new Map<string, Side[]>();
    for (const line of linesOf('filters', result)) {
      const [family = '', side, ...rest] = line.split(' ');
      if ((side !== 'own' && side !== 'other') || rest.length > 0 || !keys.includes(family)) {
        throw garbled('filters', line);
      }
      found.set(family, [...(found.get(family) ?? []), side]);
    }
    return new Map(keys.map(key => [key, found.get(key)?.sort().reverse()]));
  },
};

const text = `${backendFunctions}
export LC_ALL=C
[ -d /proc/net/ ] && [ -d /sys/module ] || { echo '/proc or /sys is not mounted' >&2; exit 1; }
for family do
  sides=$(in_use "$family") || exit 1
  for side in $sides; do echo "$family $side"; done
done
echo end
`;
