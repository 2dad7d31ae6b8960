import type { Draft } from '../draft/draft.ts';
import { doubtful, type Rule, wrong } from './rule.ts';

interface Conflict {
  readonly name: string;
  readonly value: boolean | number;
  readonly when: (draft: Draft) => boolean;
  readonly severity: typeof wrong;
  readonly message: string;
}

const uses = (method: string) => (draft: Draft) => draft.services.some(service => service.method === method);

/** Settings that work against what services of the inventory need. */
const conflicts: readonly Conflict[] = [
  {
    name: 'conntrack',
    value: false,
    when: uses('FULLNAT'),
    severity: wrong,
    message: 'FULLNAT needs it: iptables cannot rewrite a source that it never sees',
  },
  {
    name: 'pmtu_disc',
    value: true,
    when: uses('TUN'),
    severity: doubtful,
    message: 'with TUN full-sized packets do not fit, and depend on ICMP that reaches the client',
  },
  {
    name: 'expire_quiescent_template',
    value: false,
    when: ({ services }) => services.some(({ yaml }) => (yaml.persistence ?? 0) !== 0),
    severity: doubtful,
    message: 'with persistence, clients go on coming to a real server of weight 0',
  },
  {
    name: 'expire_nodest_conn',
    value: false,
    when: ({ mode, services }) => mode === 'keepalived' && services.length > 0,
    severity: doubtful,
    message: 'clients of a real server that a check took out hang until they time out',
  },
  {
    name: 'conn_reuse_mode',
    value: 0,
    when: ({ services }) => services.length > 0,
    severity: doubtful,
    message: 'clients that use a port again stay at a real server that is being drained',
  },
  {
    name: 'run_estimation',
    value: false,
    when: ({ services }) => services.length > 0,
    severity: doubtful,
    message: '`verify` reads the counters that this turns off',
  },
];

const contradictions: Rule = {
  reads: ['hosts', 'director', 'vips', 'services'],
  *check(draft) {
    const written = new Map<string, unknown>(Object.entries(draft.yaml.director?.kernel ?? {}));
    for (const { name, value, when, severity, message } of conflicts) {
      if (written.get(name) !== value || !when(draft)) continue;
      yield severity(['director', 'kernel', name], message, 'remove it');
    }
  },
};

export const kernelRules: readonly Rule[] = [contradictions];
