import { type Command, script } from '../model/command.ts';
import type { Kind } from '../model/kind.ts';
import { files } from '../probes/files.ts';
import { ipvs } from '../probes/ipvs.ts';
import { serviceWords } from '../probes/ipvs-words.ts';
import { type UnitQuestion, unitKey, units } from '../probes/units.ts';
import { servicesOf } from './keepalived-services.ts';
import type { Presence } from './presence.ts';
import { list, patterns, schemaOf, text } from './schema.ts';
import { weigh } from './weigh-servers.ts';

export interface KeptTableSpec {
  readonly conf: string;
  /** The services that are looked at (`tcp:192.168.0.240:80`, `fwmark:5`). */
  readonly services: readonly string[];
  readonly state?: Presence | undefined;
}

type Subject = { readonly conf: string; readonly services: readonly string[] };

/** By service: what is otherwise than keepalived's configuration says. */
type State = { readonly [service: string]: Edits };
type Edits = {
  readonly scheduler?: { readonly is: string; readonly shall: string; readonly flags: string };
  readonly weights: { readonly [server: string]: { readonly is: number; readonly shall: number } };
};

/**
 * What another hand has changed in the table that keepalived keeps, and keepalived does not know of: a reload compares its
 * files with each other, never with the kernel. Only what no check of keepalived does is looked at: another scheduler,
 * another weight. A real server that is not there, or has weight 0, may have failed its check. The table is held against
 * the configuration that keepalived has loaded; where that is not the file as it is, nothing is said.
 */
export const keptTable: Kind<KeptTableSpec, Subject, State> = {
  name: 'kept-table',
  passing: true,
  schema: schemaOf(
    {
      title: 'Kept table',
      description:
        'What somebody changed by hand in the IPVS table that keepalived keeps: schedulers and weights are set right.',
      examples: [
        { conf: '/etc/keepalived/keepalived.conf', services: ['tcp:192.168.0.240:80'], state: 'absent' },
      ],
    },
    ['conf', 'services'],
    {
      conf: text('Conf', 'The keepalived.conf that keepalived has loaded.', patterns.path),
      services: list('Services', 'The services that are looked at.', {
        type: 'string',
        pattern: patterns.service,
      }),
    },
  ),
  subject: ({ conf, services }) => ({ conf, services }),
  id: () => 'keepalived',
  asks: ({ conf, services }) => [
    { probe: units, key: unitKey(question(conf)) },
    { probe: files, key: conf },
    ...services.map(service => ({ probe: ipvs, key: service })),
  ],

  read({ conf, services }, answers) {
    const unit = answers.get(units, unitKey(question(conf)));
    const file = answers.get(files, conf);
    if (unit?.active !== true || unit.reload !== 'same' || file?.type !== 'file') return undefined;
    const found = servicesOf(file.content).flatMap(({ key, scheduler, flags, weights }) => {
      const live = services.includes(key) ? answers.get(ipvs, key) : undefined;
      if (live === undefined) return [];
      const others = [...weights].flatMap(([server, shall]) => {
        const is = live.servers[server]?.weight ?? 0;
        return is === 0 || shall === undefined || is === shall ? [] : [[server, { is, shall }] as const];
      });
      const same = scheduler === undefined || live.scheduler === scheduler;
      if (same && others.length === 0) return [];
      const edits: Edits = {
        ...(same ? {} : { scheduler: { is: live.scheduler, shall: scheduler, flags: flags.join(',') } }),
        weights: Object.fromEntries(others),
      };
      return [[key, edits] as const];
    });
    return found.length === 0 ? undefined : Object.fromEntries(found);
  },

  want: () => undefined,

  move(_subject, from, to) {
    const right = to === undefined ? from : undefined;
    const back = right === undefined ? to : undefined;
    return [
      ...stepsTo(right, 'shall'),
      ...stepsTo(from && back ? from : undefined, 'shall'),
      ...stepsTo(back, 'is'),
    ];
  },

  effect(_subject, from, to) {
    if (from === undefined || to !== undefined) return undefined;
    return Object.entries(from)
      .map(([service, { scheduler, weights }]) =>
        [
          ...(scheduler === undefined ? [] : [`schedules by ${scheduler.shall} again`]),
          ...Object.entries(weights).map(([server, { shall }]) => `${server} has weight ${shall} again`),
        ]
          .join(', ')
          .concat(` in ${service.replace(/^(tcp|udp|sctp):/, '')}`),
      )
      .join('; ');
  },
};

function question(conf: string): UnitQuestion {
  return { unit: 'keepalived', reload: [conf], restart: [] };
}

function stepsTo(state: State | undefined, which: 'is' | 'shall'): readonly Command[] {
  return Object.entries(state ?? {}).flatMap(([service, { scheduler, weights }]) => {
    const places = Object.entries(weights).map(([server, each]) => ({
      service,
      server,
      weight: each[which],
    }));
    return [
      ...(scheduler === undefined
        ? []
        : [setScheduler(service, scheduler[which], which === 'is' ? '' : scheduler.flags)]),
      ...(places.length === 0
        ? []
        : [weigh(places, `set the weights of ${places.map(({ server }) => server).join(', ')}`)]),
    ];
  });
}

/**
 * Gives a service of the live table another scheduler, and leaves all else of it: an edit takes away what it does not
 * name, so its words are read first. Flags are the scheduler's own. One that is no longer there has none.
 */
function setScheduler(service: string, scheduler: string, flags: string): Command {
  return {
    argv: script('lvsform-set-scheduler', setText, serviceWords(service).join(' '), scheduler, flags),
    label: `set the scheduler ${scheduler}`,
  };
}

const setText = `export LC_ALL=C
set -f
table=$(ipvsadm -Sn) || exit 1
line=$(printf '%s\\n' "$table" | grep -F -- "-A $1 -s ")
[ -n "$line" ] || exit 0
rest=\${line#*" -s "}
rest=\${rest#"\${rest%%[ ]*}"}
case $rest in *' -b '*)
  flag=\${rest#*' -b '}
  rest="\${rest%%' -b '*} \${flag#"\${flag%%[ ]*}"}" ;;
esac
ipvsadm -E $1 -s "$2" $rest \${3:+-b "$3"}
`;
