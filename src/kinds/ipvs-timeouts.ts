import { equal } from '../model/json.ts';
import type { Kind } from '../model/kind.ts';
import { ipvsTimeoutsProbe, timeoutsKey } from '../probes/ipvs-timeouts.ts';
import type { Presence } from './presence.ts';
import { integer, schemaOf } from './schema.ts';

/** Seconds. */
export interface IpvsTimeoutsSpec {
  readonly tcp: number;
  readonly tcp_fin: number;
  readonly udp: number;
  readonly state?: Presence | undefined;
}

type Subject = Record<string, never>;
type State = { readonly tcp: number; readonly tcpFin: number; readonly udp: number };

/** The kernel's own: 15 minutes, 2 minutes, 5 minutes (ip_vs_proto_tcp.c, ip_vs_proto_udp.c). */
const kernelDefaults: State = { tcp: 900, tcpFin: 120, udp: 300 };

/**
 * How long IPVS keeps idle connections, live only. Absent is "as the kernel has it", for timeouts can not be
 * taken away: also while IPVS is not loaded.
 */
export const ipvsTimeouts: Kind<IpvsTimeoutsSpec, Subject, State> = {
  name: 'ipvs-timeouts',
  schema: schemaOf(
    {
      title: 'IPVS timeouts',
      description: 'How long IPVS keeps idle connections, in seconds; lost at a reboot.',
      examples: [{ tcp: 900, tcp_fin: 120, udp: 300 }],
    },
    ['tcp', 'tcp_fin', 'udp'],
    {
      tcp: integer('TCP', 'Seconds for TCP sessions.', 1, 31536000),
      tcp_fin: integer('TCP after FIN', 'Seconds for TCP sessions after a FIN.', 1, 31536000),
      udp: integer('UDP', 'Seconds for UDP.', 1, 31536000),
    },
  ),
  subject: () => ({}),
  id: () => timeoutsKey,
  asks: () => [{ probe: ipvsTimeoutsProbe, key: timeoutsKey }],

  read(_subject, answers) {
    const entry = answers.get(ipvsTimeoutsProbe, timeoutsKey);
    return entry && changed({ tcp: entry.tcp, tcpFin: entry.tcpFin, udp: entry.udp });
  },

  want: ({ tcp, tcp_fin, udp, state }) =>
    state === 'absent' ? undefined : changed({ tcp, tcpFin: tcp_fin, udp }),

  move(_subject, _from, to) {
    const { tcp, tcpFin, udp } = to ?? kernelDefaults;
    const argv = ['ipvsadm', '--set', String(tcp), String(tcpFin), String(udp)] as const;
    return [{ argv, label: `set the IPVS timeouts to ${tcp} ${tcpFin} ${udp}` }];
  },

  effect: () => 'idle connections are kept for other times; nothing is cut',
};

function changed(state: State): State | undefined {
  return equal(state, kernelDefaults) ? undefined : state;
}
