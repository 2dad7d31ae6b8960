import type { Kind } from '../model/kind.ts';
import type { Answers } from '../model/probe.ts';
import { type Connections, connections, connectionsKey } from '../probes/connections.ts';
import { files } from '../probes/files.ts';
import { servicesOf } from './keepalived-services.ts';
import type { Presence } from './presence.ts';
import { integer, list, patterns, schemaOf, text } from './schema.ts';
import { awaitQuiet, weigh } from './weigh-servers.ts';

export interface LeavingSpec {
  /** Names the services that keepalived holds now: those among them that do not stay leave as a whole. */
  readonly conf?: string | undefined;
  /** Seconds for the connections to services that leave as a whole. */
  readonly drain?: number | undefined;
  readonly services: readonly StayingService[];
  readonly state?: Presence | undefined;
}

/** A service that stays (`tcp:192.168.0.240:80`, `fwmark:5`), and who stays in it. */
export type StayingService = {
  readonly service: string;
  readonly drain: number;
  readonly servers: readonly string[];
};

type Subject = {
  readonly conf: string | null;
  readonly drain: number;
  readonly services: readonly StayingService[];
};

/** By service and server: the weight it still has, or `busy` where that is 0 and connections are open. */
type State = { readonly [service: string]: { readonly [server: string]: number | 'busy' } };

/**
 * Real servers that are in the live table and about to leave it: they get weight 0 on every director before any of
 * them takes one out, and time to finish their connections. Nobody leaves: the resource is absent, as it is wanted.
 * Where none of those who stay gets requests yet, nobody is drained: the newcomers take over at one stroke, and a weight 0
 * before that would send clients to nobody. What was there before lvsform came is no state to go back to, so the ledger does not keep it.
 */
export const leaving: Kind<LeavingSpec, Subject, State> = {
  name: 'leaving',
  passing: true,
  schema: schemaOf(
    {
      title: 'Leaving',
      description:
        'Real servers in the live IPVS table that are about to leave: each gets weight 0, and time to finish its connections. What stays is named.',
      examples: [
        {
          conf: '/etc/keepalived/keepalived.conf',
          services: [{ service: 'tcp:192.168.0.240:80', drain: 30, servers: ['192.168.0.1:80'] }],
          state: 'absent',
        },
      ],
    },
    ['services'],
    {
      conf: text('Conf', 'The keepalived.conf whose other services leave as a whole.', patterns.path),
      drain: {
        ...integer('Drain', 'Seconds for the connections to services that leave as a whole.', 0, 86400),
        default: 30,
      },
      services: list('Services', 'The services that stay.', {
        type: 'object',
        additionalProperties: false,
        required: ['service', 'drain', 'servers'],
        properties: {
          service: text('Service', 'Protocol, address and port, or a firewall mark.', patterns.service),
          drain: integer('Drain', 'Seconds that who leaves it may finish its connections.', 0, 86400),
          servers: list('Servers', 'Who stays, by address and port.', {
            type: 'string',
            pattern: '^[0-9a-fA-F.:\\[\\]]+:[0-9]{1,5}$',
          }),
        },
      }),
    },
  ),
  subject: ({ conf, drain = 30, services }) => ({ conf: conf ?? null, drain, services }),
  id: () => 'real-servers',
  asks: ({ conf }) => [
    { probe: connections, key: connectionsKey },
    ...(conf === null ? [] : [{ probe: files, key: conf }]),
  ],

  read(subject, answers) {
    const table = answers.get(connections, connectionsKey) ?? {};
    const replaced = subject.services.filter(({ service, servers }) =>
      servers.some(server => (table[service]?.[server]?.weight ?? 0) > 0),
    );
    const found = [...replaced, ...wholly(subject, answers)].flatMap(({ service, servers }) => {
      const left = leavers(table[service], servers);
      return left.length === 0 ? [] : [[service, Object.fromEntries(left)] as const];
    });
    return found.length === 0 ? undefined : Object.fromEntries(found);
  },

  want: () => undefined,

  move(subject, from, to) {
    const known = placesOf(to);
    const others = placesOf(from).filter(({ service, server }) => to?.[service]?.[server] === undefined);
    const weights = [
      ...known.map(({ service, server, left }) => ({ service, server, weight: left === 'busy' ? 0 : left })),
      ...others.map(({ service, server }) => ({ service, server, weight: 0 })),
    ];
    const names = [...new Set(weights.map(({ server }) => server))].join(', ');
    if (to !== undefined) return [weigh(weights, `give ${names} the weights from before`)];
    const patient = weights.map(place => ({ ...place, seconds: drainOf(subject, place.service) }));
    const awaited = patient.filter(({ seconds }) => seconds > 0);
    return [weigh(weights, `give ${names} weight 0`), ...(awaited.length === 0 ? [] : [awaitQuiet(awaited)])];
  },

  /** The wait has its limit: who is still connected then is cut off, and the operator is told. */
  mayStay(_subject, state, wanted) {
    const busy = placesOf(state);
    if (wanted !== undefined || busy.some(({ left }) => left !== 'busy')) return undefined;
    return `${busy.map(({ service, server }) => `${server} of ${shortOf(service)}`).join(', ')}: clients are still connected; the time to finish is over`;
  },

  effect(subject, from, to) {
    if (to !== undefined || from === undefined) return undefined;
    return Object.entries(from)
      .map(([service, servers]) => {
        const seconds = drainOf(subject, service);
        const wait = seconds === 0 ? '' : `; up to ${seconds} s for its connections to end`;
        return `${Object.keys(servers).join(', ')} of ${shortOf(service)} gets no new clients${wait}`;
      })
      .join('; ');
  },
};

function leavers(
  servers: Connections | undefined,
  staying: readonly string[],
): readonly (readonly [string, number | 'busy'])[] {
  return Object.entries(servers ?? {}).flatMap(([name, { weight, active }]) => {
    if (staying.includes(name) || (weight === 0 && active === 0)) return [];
    return [[name, weight === 0 ? 'busy' : weight] as const];
  });
}

/** The services that keepalived holds by its configuration, and that do not stay. */
function wholly({ conf, services }: Subject, answers: Answers): readonly { service: string; servers: [] }[] {
  const found = conf === null ? undefined : answers.get(files, conf);
  if (found?.type !== 'file') return [];
  return servicesOf(found.content)
    .filter(({ key }) => !services.some(({ service }) => service === key))
    .map(({ key }) => ({ service: key, servers: [] }));
}

function placesOf(
  state: State | undefined,
): readonly { readonly service: string; readonly server: string; readonly left: number | 'busy' }[] {
  return Object.entries(state ?? {}).flatMap(([service, servers]) =>
    Object.entries(servers).map(([server, left]) => ({ service, server, left })),
  );
}

function drainOf({ drain, services }: Subject, key: string): number {
  return services.find(({ service }) => service === key)?.drain ?? drain;
}

function shortOf(service: string): string {
  return service.startsWith('fwmark') ? service.replace(/^fwmark6?:/, 'mark ') : service.replace(/^\w+:/, '');
}
