import { script } from '../model/command.ts';
import { statesIn, tellStates, type VrrpWord } from '../model/keepalived-log.ts';
import type { Probe } from '../model/probe.ts';
import { garbled, linesOf } from './answer.ts';

/** The state of VRRP instances by name, from the newest words of keepalived's log; `unknown` where that does not tell. */
export const keepalivedStates: Probe<VrrpWord | 'unknown'> = {
  name: 'keepalived-states',
  script: () => script('lvsform-read-keepalived-states', text),

  parse(result, keys) {
    const [first = '', ...lines] = linesOf('keepalived-states', result);
    const odd = first.startsWith('log ') ? lines.find(line => !line.startsWith('state ')) : first;
    if (odd !== undefined) throw garbled('keepalived-states', odd);
    const states = statesIn(lines);
    return new Map(keys.map(key => [key, states.get(key) ?? 'unknown']));
  },
};

const text = `export LC_ALL=C
${tellStates}tell_states
echo end
`;
