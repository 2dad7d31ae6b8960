import type { Action } from '../model/change.ts';
import type { ErrorView, Event } from '../model/event.ts';
import { foldNames } from '../model/names.ts';
import { glyph } from './glyph.ts';
import type { Paint } from './paint.ts';
import { counted, duration, indent, printable } from './text.ts';
import { timingsText } from './timings-text.ts';

type Name = Event['event'];
type Of<N extends Name> = Extract<Event, { event: N }>;

/** How much to say: `quiet` events only with -v. */
export interface Line {
  readonly text: string;
  readonly quiet?: true;
}

/**
 * One line (or block) of people's text for each event; undefined says nothing. A table over the whole union, so
 * that a new event without its line does not compile.
 */
const formatters: { readonly [N in Name]: (event: Of<N>, paint: Paint) => Line | undefined } = {
  'run.started': ({ inventory, hosts }) => ({
    text: `${inventory}: ${counted(hosts, 'host')}`,
    quiet: true,
  }),
  'host.connecting': ({ host }) => ({ text: `${host}: connecting`, quiet: true }),
  'host.reading': ({ host, resources }) => ({
    text: `${host}: reading ${counted(resources, 'resource')}`,
    quiet: true,
  }),
  'host.planned': ({ host, changes }) => ({ text: `${host}: ${counted(changes, 'change')}`, quiet: true }),
  'host.failed': ({ host, error }, paint) => ({ text: errorText(error, paint, host) }),
  'plan.made': () => undefined,
  'stage.started': ({ stage, hosts }, paint) => ({ text: paint.title(`${stage}: ${foldNames(hosts)}`) }),
  'change.started': () => undefined,
  'change.done': ({ host, address, action, seconds }, paint) => ({
    text: `  ${host}  ${glyph(action as Action, paint)} ${address}${seconds >= 1 ? paint.faint(`  ${duration(seconds)}`) : ''}`,
  }),
  'change.failed': ({ host, address }, paint) => ({ text: `  ${host}  ${paint.bad('✗')} ${address}` }),
  'undo.armed': ({ host, seconds, changes }) => ({
    text: `${host}: ${counted(changes.length, 'change')} may cut it off: undone in ${seconds} s unless it lets us in anew`,
    quiet: true,
  }),
  'undo.disarmed': ({ host }) => ({ text: `${host}: lets us in anew; the changes stay`, quiet: true }),
  'host.checking': ({ host }) => ({ text: `${host}: reading again`, quiet: true }),
  'host.done': ({ host, changed }) => ({
    text: `${host}: ${counted(changed, 'change')} made and checked`,
    quiet: true,
  }),
  'verify.started': ({ client, service, target, requests }) => ({
    text: `${client}: ${counted(requests, 'request')} to ${service} (${target})`,
    quiet: true,
  }),
  'verify.done': () => undefined,
  'verify.rule': () => undefined,
  'failover.done': () => undefined,
  'status.done': () => undefined,
  'drain.done': () => undefined,
  'lab.status': () => undefined,
  'lab.progress': ({ text, host }) => ({ text: host ? `lab: ${host}: ${text}` : `lab: ${text}` }),
  problem: ({ error, diagnostics }, paint) => ({
    text:
      diagnostics === undefined
        ? errorText(error, paint)
        : `${error.why ?? ''}\n${errorText({ what: error.what }, paint)}`,
  }),
  timings: ({ seconds, prepared, hosts }) => ({ text: timingsText(seconds, prepared, hosts) }),
  note: ({ text, host }) => ({ text: host ? `${host}: ${text}` : text }),
  'run.finished': () => undefined,
};

/** The line of an event, safe to print: what a host said of itself goes through `printable` first, whole. */
export function lineOf(event: Event, paint: Paint): Line | undefined {
  const format = formatters[event.event] as (event: Event, paint: Paint) => Line | undefined;
  return event.event === 'plan.made' ? undefined : format(safe(event) as Event, paint);
}

function safe(value: unknown): unknown {
  if (typeof value === 'string') return printable(value);
  if (Array.isArray(value)) return value.map(safe);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, safe(inner)]));
}

/** An error as a person reads it: where and what, why, what to do next. */
export function errorText({ what, where, why, next }: ErrorView, paint: Paint, host?: string): string {
  const place = where ?? host;
  const head = `${paint.bad('error')}: ${place ? `${place}: ` : ''}${what}`;
  const rest = [...(why ? [why] : []), ...(next ? [`next: ${next}`] : [])];
  return [head, ...rest.map(text => indent(text, '  '))].join('\n');
}
