import type { Command } from '../model/command.ts';
import type { Kind } from '../model/kind.ts';
import type { Answers } from '../model/probe.ts';
import type { Sign } from '../model/sign.ts';
import { type UnitEntry, type UnitQuestion, unitKey, units } from '../probes/units.ts';
import { disable, enable, forgetLoads, load, markStale, stop } from './load-service.ts';
import type { Presence } from './presence.ts';
import { list, patterns, schemaOf, text } from './schema.ts';

export interface ServiceSpec {
  readonly name: string;
  readonly running?: boolean | undefined;
  readonly enabled?: boolean | undefined;
  /** Files that the running service takes on when it is reloaded. */
  readonly reload_on?: readonly string[] | undefined;
  /** Files that only a restart makes it take on. */
  readonly restart_on?: readonly string[] | undefined;
  /** What it holds for others: where that is lost by a load, the load is undone. */
  readonly holds?: readonly Sign[] | undefined;
  readonly state?: Presence | undefined;
}

type Subject = {
  readonly name: string;
  readonly reload_on: readonly string[];
  readonly restart_on: readonly string[];
};

/**
 * `current`: has the running service loaded its files as they are now? `reload` and `restart` say what it
 * needs for that. `unknown`: lvsform never loaded it, so nobody knows. What does not run is current: its
 * start loads all.
 */
type State = {
  readonly running: boolean;
  readonly enabled: boolean;
  readonly current: 'yes' | 'reload' | 'restart' | 'unknown';
};

/**
 * A service of systemd, or where that did not boot the host a script of /etc/init.d. That it has loaded its files is part of its state, recorded on
 * the host at each load (load-service.ts): a crash between the write and the reload is mended by the next
 * run. Absent is neither running nor enabled, be the unit there or not, so that a service that comes with a
 * package is there only once somebody wants it.
 */
export const service: Kind<ServiceSpec, Subject, State> = {
  name: 'service',
  schema: schemaOf(
    {
      title: 'Service',
      description:
        'A systemd unit, or on a host without systemd a script of /etc/init.d: running now, enabled at boot, and loaded with its files as they are.',
      examples: [
        { name: 'keepalived', reload_on: ['/etc/keepalived/keepalived.conf'] },
        { name: 'ipvsadm', running: false, enabled: false },
        { name: 'lvsform-rs.service', restart_on: ['/usr/local/sbin/rs_server.sh'] },
      ],
    },
    ['name'],
    {
      name: text('Name', 'Name of the unit or script; .service may be left out.', patterns.unit),
      running: flag('Running', 'Whether it shall run.'),
      enabled: flag('Enabled', 'Whether it shall start at boot.'),
      reload_on: paths('Reload on', 'Files whose change needs a reload.'),
      restart_on: paths('Restart on', 'Files whose change needs a restart.'),
    },
  ),
  subject: subjectOf,
  id: ({ name }) => name,
  asks: subject => [{ probe: units, key: key(subject) }],
  inputs: ({ reload_on, restart_on }) => [...reload_on, ...restart_on].map(input),

  read(subject, answers) {
    const entry = answers.get(units, key(subject));
    const [running, enabled] = [entry?.active === true, entry?.enabled === true];
    return running || enabled
      ? { running, enabled, current: running ? currency(subject, entry) : 'yes' }
      : undefined;
  },

  want(spec, { answers }) {
    const { running = true, enabled = true, state } = spec;
    const wanted = state === 'absent' ? { running: false, enabled: false } : { running, enabled };
    const possible = wanted.enabled && !fixed(subjectOf(spec), answers);
    return wanted.running || possible
      ? { running: wanted.running, enabled: possible, current: 'yes' }
      : undefined;
  },

  touched(subject, state, changed) {
    if (!state.running) return state;
    const restart =
      state.current === 'restart' ||
      (state.current === 'unknown' && subject.restart_on.length > 0) ||
      subject.restart_on.some(path => changed.has(input(path)));
    return { ...state, current: restart ? 'restart' : 'reload' };
  },

  move(subject, from, to) {
    const steps: Command[] = [];
    const unit = question(subject);
    if (from?.enabled && !to?.enabled) steps.push(disable(unit));
    if (from?.running && !to?.running) steps.push(stop(unit));
    if (to?.running) steps.push(...loading(subject, from, to));
    if (to?.enabled && !from?.enabled) steps.push(enable(unit));
    if (to === undefined) steps.push(forgetLoads(unit));
    return steps;
  },

  standing: (_subject, before) => (before.current === 'unknown' ? before : { ...before, current: 'yes' }),
  holds: ({ holds = [] }) => holds,

  effect({ name, restart_on }, from, to) {
    if (from?.running && !to?.running) return `stops ${name}`;
    if (to?.running && !from?.running) return `starts ${name}`;
    if (Boolean(from?.enabled) !== Boolean(to?.enabled))
      return `${name} ${to?.enabled ? 'starts' : 'no longer starts'} at boot`;
    if (from === undefined || to?.current !== 'yes') return undefined;
    return verbFor(from, restart_on) === 'restart'
      ? `restarts ${name}: a short gap`
      : `reloads ${name}; it goes on working`;
  },
};

function subjectOf({ name, reload_on = [], restart_on = [] }: ServiceSpec): Subject {
  return { name: name.replace(/\.service$/, ''), reload_on, restart_on };
}

function flag(title: string, description: string) {
  return { title, description, type: 'boolean', default: true };
}

function paths(title: string, description: string) {
  return list(title, description, { type: 'string', pattern: patterns.path }, { uniqueItems: true });
}

function input(path: string): string {
  return `file/${path}`;
}

function question({ name, reload_on, restart_on }: Subject): UnitQuestion {
  return { unit: name, reload: reload_on, restart: restart_on };
}

function key(subject: Subject): string {
  return unitKey(question(subject));
}

function currency({ reload_on, restart_on }: Subject, entry: UnitEntry | undefined): State['current'] {
  const restart = restart_on.length === 0 ? 'same' : entry?.restart;
  const reload = reload_on.length === 0 ? 'same' : entry?.reload;
  if (restart === 'other') return 'restart';
  if (restart === 'unknown' || reload === 'unknown') return 'unknown';
  return reload === 'other' ? 'reload' : 'yes';
}

/** A unit that can not be enabled (static, without [Install]) is wanted as it is. */
function fixed(subject: Subject, answers: Answers): boolean {
  return answers.get(units, key(subject))?.enabled === null;
}

function verbFor(from: State, restartOn: readonly string[]): 'reload' | 'restart' {
  const restart = from.current === 'restart' || (from.current === 'unknown' && restartOn.length > 0);
  return restart ? 'restart' : 'reload';
}

/**
 * A state that is not current is only gone to when a change is undone. The inputs' own undo follows then, so
 * the unit is left stale for the next run: what it has loaded is about to change back.
 */
function loading(subject: Subject, from: State | undefined, to: State): readonly Command[] {
  const unit = question(subject);
  const steps: Command[] = [];
  if (!from?.running) steps.push(load(unit, 'start'));
  else if (from.current !== 'yes' && from.current !== to.current && to.current !== 'restart')
    steps.push(load(unit, verbFor(from, subject.restart_on)));
  if (to.current === 'unknown') steps.push(forgetLoads(unit));
  else if (to.current !== 'yes') steps.push(markStale(unit, to.current));
  return steps;
}
