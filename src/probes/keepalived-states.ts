import { script } from '../model/command.ts';
import type { Probe } from '../model/probe.ts';
import { garbled, linesOf } from './answer.ts';
import { keepalivedLog } from './keepalived-log.ts';

/** The state of a VRRP instance; `unknown` where no log tells. */
export type InstanceState = (typeof states)[number];
const states = ['MASTER', 'BACKUP', 'FAULT', 'unknown'] as const;

/** The state of VRRP instances by name, from the newest words of keepalived's log: `(web) Entering BACKUP STATE (init)`. */
export const keepalivedStates: Probe<InstanceState> = {
  name: 'keepalived-states',
  script: () => script('lvsform-read-keepalived-states', text),

  parse(result, keys) {
    const [first = '', ...lines] = linesOf('keepalived-states', result);
    if (!first.startsWith('log ')) throw garbled('keepalived-states', first);
    const newest = new Map<string, InstanceState>();
    for (const line of lines) {
      const [, word, name = ''] = /^state (\S+) (.*)$/.exec(line) ?? [];
      const state = states.find(one => one === word);
      if (state === undefined) throw garbled('keepalived-states', line);
      if (!newest.has(name)) newest.set(name, state);
    }
    return new Map(keys.map(key => [key, newest.get(key) ?? 'unknown']));
  },
};

/** Sets `said` and `log`, and prints `state WORD NAME` for what an instance entered, the newest first. */
export const tellStates = `${keepalivedLog}
tell_states() {
  keepalived_log 'ntering (MASTER|BACKUP|FAULT) (STATE|state)' 200
  echo "log $log"
  printf '%s\\n' "$said" | sed -n -E 's/^.*\\(([^()]+)\\):? [Ee]ntering (MASTER|BACKUP|FAULT) .*$/state \\2 \\1/p'
}
`;

const text = `export LC_ALL=C
${tellStates}tell_states
echo end
`;
