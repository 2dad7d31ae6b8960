import type { Command } from '../model/command.ts';
import type { Json } from '../model/json.ts';
import type { Kind, Schema } from '../model/kind.ts';
import { files } from '../probes/files.ts';
import { ipvs } from '../probes/ipvs.ts';
import { checkKey, keepalivedChecks } from '../probes/keepalived-checks.ts';
import { type UnitQuestion, unitKey, units } from '../probes/units.ts';
import { editTable, type TableEntry } from './edit-ipvs.ts';
import { servicesOf } from './keepalived-services.ts';
import { type Edits, editsOf } from './kept-edits.ts';
import type { Presence } from './presence.ts';
import { list, patterns, schemaOf, text } from './schema.ts';
import { setScheduler } from './set-scheduler.ts';
import { virtualServer } from './virtual-server.ts';
import { entryOf, serviceOf, type VirtualServerSpec } from './virtual-server-spec.ts';
import { weigh } from './weigh-servers.ts';

export interface KeptTableSpec {
  readonly conf: string;
  /** The services that are looked at, with all that keepalived is to put into the table. */
  readonly services: readonly VirtualServerSpec[];
  readonly state?: Presence | undefined;
}

type Subject = { readonly conf: string; readonly services: { readonly [service: string]: TableEntry } };

/** By service: what is otherwise than keepalived's configuration says. */
type State = { readonly [service: string]: Edits };

/**
 * What another hand has changed in the table that keepalived keeps, and keepalived does not know of: a reload compares its
 * files with each other, never with the kernel. Only what no check of keepalived does is looked at: another scheduler,
 * another weight, a real server that nobody named, and one that is missing though keepalived's log says that it works. One that has weight 0
 * may have failed its check. The table is held against the configuration that keepalived has loaded; where that is not the file as
 * it is, nothing is said, and what no log tells is left alone.
 */
export const keptTable: Kind<KeptTableSpec, Subject, State> = {
  name: 'kept-table',
  passing: true,
  schema: schemaOf(
    {
      title: 'Kept table',
      description:
        'What somebody changed by hand in the IPVS table that keepalived keeps: schedulers, weights and real servers are set right.',
      examples: [
        {
          conf: '/etc/keepalived/keepalived.conf',
          services: exampleOf(virtualServer.schema),
          state: 'absent',
        },
      ],
    },
    ['conf', 'services'],
    {
      conf: text('Conf', 'The keepalived.conf that keepalived has loaded.', patterns.path),
      services: list(
        'Services',
        'The services that are looked at, as keepalived is to make them.',
        memberOf(virtualServer.schema),
      ),
    },
  ),
  subject: ({ conf, services }) => ({
    conf,
    services: Object.fromEntries(services.map(spec => [serviceOf(spec), entryOf(spec)])),
  }),
  id: () => 'keepalived',
  asks: ({ conf, services }) => [
    { probe: units, key: unitKey(question(conf)) },
    { probe: files, key: conf },
    ...Object.keys(services).map(service => ({ probe: ipvs, key: service })),
    ...Object.entries(services).flatMap(([service, { servers }]) =>
      Object.keys(servers).map(server => ({ probe: keepalivedChecks, key: checkKey(service, server) })),
    ),
  ],

  read({ conf, services }, answers) {
    const unit = answers.get(units, unitKey(question(conf)));
    const file = answers.get(files, conf);
    if (unit?.active !== true || unit.reload !== 'same' || file?.type !== 'file') return undefined;
    const found = servicesOf(file.content).flatMap(service => {
      const wanted = services[service.key];
      const edits = wanted && editsOf(service, wanted, answers);
      return edits === undefined ? [] : [[service.key, edits] as const];
    });
    return found.length === 0 ? undefined : Object.fromEntries(found);
  },

  want: () => undefined,

  move(_subject, from, to) {
    const right = to === undefined ? from : undefined;
    const back = right === undefined ? to : undefined;
    return [
      ...stepsTo(right, 'shall'),
      ...stepsTo(from && back ? staying(from, back) : undefined, 'shall'),
      ...stepsTo(back, 'is'),
    ];
  },

  effect(_subject, from, to) {
    if (from === undefined || to !== undefined) return undefined;
    return Object.entries(from)
      .map(([service, { scheduler, weights, gone, missing = {}, extra = {} }]) =>
        [
          ...(gone === undefined ? [] : ['answers again']),
          ...(scheduler === undefined ? [] : [`schedules by ${scheduler.shall} again`]),
          ...Object.entries(weights).map(([server, { shall }]) => `${server} has weight ${shall} again`),
          ...Object.keys(missing).map(server => `${server} is there again`),
          ...Object.keys(extra).map(server => `${server} goes, which nobody named`),
        ]
          .join(', ')
          .concat(` ${gone ? 'on' : 'in'} ${service.replace(/^(tcp|udp|sctp):/, '')}`),
      )
      .join('; ');
  },
};

function question(conf: string): UnitQuestion {
  return { unit: 'keepalived', reload: [conf], restart: [] };
}

/** What goes as a whole next is not set right before. */
function staying(from: State, back: State): State {
  return Object.fromEntries(Object.entries(from).filter(([service]) => back[service]?.gone === undefined));
}

function stepsTo(state: State | undefined, which: 'is' | 'shall'): readonly Command[] {
  return Object.entries(state ?? {}).flatMap(([service, edits]) => {
    const { scheduler, weights, gone, missing = {}, extra = {} } = edits;
    const places = Object.entries(weights).map(([server, each]) => ({
      service,
      server,
      weight: each[which],
    }));
    // Where the service stays its options are the same on both sides, whatever they are: nothing but servers is edited.
    const options: TableEntry = gone ?? { scheduler: '', persistence: 0, servers: {} };
    const is = gone ? undefined : { ...options, servers: extra };
    const shall = { ...options, servers: missing };
    return [
      ...(scheduler === undefined
        ? []
        : [setScheduler(service, scheduler[which], which === 'is' ? '' : scheduler.flags)]),
      ...(places.length === 0
        ? []
        : [weigh(places, `set the weights of ${places.map(({ server }) => server).join(', ')}`)]),
      ...(which === 'shall' ? editTable(service, 0, is, shall) : editTable(service, 0, shall, is)),
    ];
  });
}

/** The first example that a kind gives. */
function exampleOf({ examples }: Schema): readonly Json[] {
  return Array.isArray(examples) ? examples.slice(0, 1) : [];
}

/** The schema of a kind as one of something else's: whether it is there is not asked. */
function memberOf({ title, description, examples, properties, ...rest }: Schema): Schema {
  const { state: _, ...own } = properties as Record<string, Schema>;
  return { ...rest, title, description, properties: own };
}
