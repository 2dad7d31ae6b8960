import { type Argv, type Command, script } from '../model/command.ts';
import type { Kind } from '../model/kind.ts';
import { familyOf } from '../model/network.ts';
import { type RouteName, routeKey, routes } from '../probes/routes.ts';
import { canonicalAddress, canonicalNetwork } from './ip.ts';
import type { Presence } from './presence.ts';
import { given, integer, patterns, schemaOf, text } from './schema.ts';

export interface RouteSpec {
  /** A network (`10.0.0.0/8`) or `default`. */
  readonly to: string;
  readonly via?: string | undefined;
  readonly interface?: string | undefined;
  readonly metric?: number | undefined;
  readonly source?: string | undefined;
  readonly table?: number | undefined;
  readonly state?: Presence | undefined;
}

type Subject = RouteName & { readonly [member: string]: string | number };
/** What the kernel chose itself, because nobody said it, is read as it is and wanted as it is. */
type State = {
  readonly via: string | null;
  readonly interface: string | null;
  readonly source: string | null;
};

/**
 * A route, live only. The kernel tells routes to one network apart by table and metric, and so does the id: a
 * default route that DHCP made with metric 100 stays beside ours, and is what remains when ours goes.
 */
export const route: Kind<RouteSpec, Subject, State> = {
  name: 'route',
  schema: {
    ...schemaOf(
      {
        title: 'Route',
        description: 'A route, now; not kept over a reboot.',
        examples: [
          { to: 'default', via: '192.168.0.254' },
          { to: '10.0.0.0/8', interface: 'eth1', metric: 50, source: '192.168.0.1' },
          { to: 'fd01::/64', via: 'fd00::1', table: 100 },
        ],
      },
      ['to'],
      {
        to: text('To', 'The network that it leads to, or default.', `^default$|${patterns.network}`),
        via: text('Via', 'Address of the next hop.', patterns.address),
        interface: text(
          'Interface',
          'Name of the interface; needed where there is no next hop.',
          patterns.interface,
        ),
        metric: integer('Metric', 'Among routes to one network the lowest metric wins.', 0, 4294967295),
        source: text('Source', 'The source address that the host prefers on it.', patterns.address),
        table: integer('Table', 'Number of the routing table; 254 is the main one.', 1, 4294967295),
      },
    ),
    anyOf: [
      given('via'),
      given('interface'),
      { required: ['state'], properties: { state: { const: 'absent' } } },
    ],
  },
  subject: subjectOf,
  id: ({ to, table, metric, family }) =>
    [
      ...[to === 'default' && family === 6 ? 'default6' : to, table === 'main' ? '' : `table ${table}`],
      ...[metric === usualMetric(family) ? '' : `metric ${metric}`],
    ]
      .filter(word => word !== '')
      .join(' '),
  asks: subject => [{ probe: routes, key: routeKey(subject) }],
  read: (subject, answers) => stateOf(answers.get(routes, routeKey(subject))),

  want(spec, { answers }) {
    if (spec.state === 'absent') return undefined;
    const found = answers.get(routes, routeKey(subjectOf(spec)));
    const via = spec.via === undefined ? null : canonicalAddress(spec.via);
    const same = found?.via === via ? found : undefined;
    return {
      via,
      interface: spec.interface ?? same?.interface ?? null,
      source: spec.source === undefined ? (same?.source ?? null) : canonicalAddress(spec.source),
    };
  },

  move: (subject, from, to) => [to === undefined ? remove(subject, from) : replace(subject, to)],
  cuts: () => true,
  effect: ({ to: network }, _from, to) =>
    to === undefined
      ? `removes the route to ${network}`
      : `sends ${network} ${to.via === null ? `out of ${to.interface}` : `by ${to.via}`}`,
};

function subjectOf({ to, via, metric, table }: RouteSpec): Subject {
  const network = to === 'default' ? to : canonicalNetwork(to);
  const family = familyOf(`${network} ${via ?? ''}`);
  return {
    family,
    table: table === undefined || table === 254 ? 'main' : String(table),
    metric: metric ?? usualMetric(family),
    to: network.replace(family === 4 ? /\/32$/ : /\/128$/, ''),
  };
}

/** What the kernel takes where none is given: 0, for IPv6 1024 (IP6_RT_PRIO_USER). */
function usualMetric(family: 4 | 6): number {
  return family === 4 ? 0 : 1024;
}

function stateOf(entry: State | undefined): State | undefined {
  return entry && { via: entry.via, interface: entry.interface, source: entry.source };
}

function words({ family, to, metric, table }: Subject, verb: string, state: State | undefined): Argv {
  const { via = null, interface: device = null, source = null } = state ?? {};
  return [
    ...(['ip', `-${family}`, 'route', verb, to] as const),
    ...(via === null ? [] : ['via', via]),
    ...(device === null ? [] : ['dev', device]),
    ...(source === null ? [] : ['src', source]),
    ...['metric', String(metric), 'table', table],
  ];
}

function replace(subject: Subject, state: State): Command {
  return { argv: words(subject, 'replace', state), label: `set the route to ${subject.to}` };
}

function remove(subject: Subject, from: State | undefined): Command {
  return {
    argv: script(
      'lvsform-remove-route',
      removeText,
      ...words(subject, 'del', from && { ...from, source: null }),
    ),
    label: `remove the route to ${subject.to}`,
  };
}

/**
 * A route goes by itself with its interface or its address; "No such process" is how the kernel says that it
 * is gone.
 */
const removeText = `export LC_ALL=C
said=$("$@" 2>&1) && exit 0
case $said in
  *'No such process'* | *'Cannot find device'* | *'FIB table does not exist'*) exit 0 ;;
esac
printf '%s\\n' "$said" >&2
exit 1
`;
