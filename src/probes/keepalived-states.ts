import { script } from '../model/command.ts';
import { tellStates } from '../model/keepalived-log.ts';
import type { Probe } from '../model/probe.ts';
import { garbled, linesOf } from './answer.ts';

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

const text = `export LC_ALL=C
${tellStates}tell_states
echo end
`;
