import type { Paint } from './paint.ts';
import { printable } from './text.ts';

/** What is shown of a cluster's status; verify's own type fits. */
export interface StatusView {
  readonly directors: readonly {
    readonly director: string;
    readonly reached: boolean;
    readonly keepalived: boolean | null;
    readonly states: { readonly [instance: string]: string | null };
  }[];
  readonly vips: readonly {
    readonly vip: string;
    readonly address: string;
    readonly owners: readonly string[];
  }[];
  readonly services: readonly {
    readonly service: string;
    readonly place: string;
    readonly directors: readonly {
      readonly director: string;
      readonly scheduler: string | null;
      readonly servers: readonly ServerView[];
    }[];
  }[];
  readonly faults: readonly string[];
}

interface ServerView {
  readonly server: string;
  readonly place: string;
  readonly weight: number | null;
  readonly active: number;
  readonly inactive: number;
  readonly health: 'up' | 'out' | 'off' | 'sorry' | 'foreign';
}

/** The directors, the VIPs with their owners, each service as each director has it, and what is wrong. */
export function statusText({ directors, vips, services, faults }: StatusView, paint: Paint): string {
  return [
    paint.title('directors'),
    ...directors.map(each => `  ${each.director}  ${directorText(each, paint)}`),
    paint.title('VIPs'),
    ...vips.map(({ vip, address, owners }) => `  ${vip}  ${address}  ${ownersText(owners, paint)}`),
    ...services.flatMap(({ service, place, directors: held }) => [
      paint.title(`service ${service} (${place})`),
      ...held.flatMap(({ director, scheduler, servers }) => [
        `  ${director}  ${scheduler ?? paint.bad('does not have it')}`,
        ...table(servers, paint).map(line => `    ${line}`),
      ]),
    ]),
    ...(faults.length === 0
      ? [paint.good('nothing is wrong')]
      : faults.map(fault => `${paint.bad('✗')} ${printable(fault)}`)),
    '',
  ].join('\n');
}

function directorText(
  { reached, keepalived, states }: StatusView['directors'][number],
  paint: Paint,
): string {
  if (!reached) return paint.bad('not reached');
  const daemon =
    keepalived === null ? [] : [keepalived ? 'keepalived works' : paint.bad('keepalived does not work')];
  const vrrp = Object.entries(states).map(([name, state]) => {
    const words = `${name} ${state ?? 'unknown'}`;
    return state === 'MASTER' || state === 'BACKUP' ? words : paint.bad(words);
  });
  return [...daemon, ...vrrp].join(', ');
}

function ownersText(owners: readonly string[], paint: Paint): string {
  const words = owners.length === 0 ? 'nobody' : owners.join(' and ');
  return owners.length === 1 ? `at ${words}` : paint.bad(`at ${words}`);
}

function table(servers: readonly ServerView[], paint: Paint): readonly string[] {
  const rows = servers.map(({ server, place, weight, active, inactive, health }) => [
    server === place ? '?' : server,
    place,
    weight === null ? 'not there' : `weight ${weight}`,
    `${active} active`,
    `${inactive} inactive`,
    health,
  ]);
  const widths = [0, 1, 2, 3, 4].map(column => Math.max(0, ...rows.map(row => (row[column] ?? '').length)));
  return rows.map(row => {
    const health = row.at(-1) ?? '';
    const told =
      health === 'up' ? paint.good(health) : health === 'out' ? paint.bad(health) : paint.faint(health);
    return [
      ...row.slice(0, -1).map((cell, column) => printable(cell).padEnd(widths[column] ?? 0)),
      told,
    ].join('  ');
  });
}
