import type { Paint } from './paint.ts';
import { counted, duration } from './text.ts';

/** A weight that is about to change. */
export interface WeighingView {
  readonly director: string;
  readonly service: { readonly name: string };
  readonly server: { readonly host: string };
  readonly from: number;
  readonly to: number;
  readonly active: number;
}

/** What is about to be done to weights. */
export function weighingsText(weighings: readonly WeighingView[], paint: Paint): string {
  if (weighings.length === 0) return 'The weights are as they should be.\n';
  return weighings
    .map(
      ({ director, service, server, from, to, active }) =>
        `${paint.update('~')} ${paint.title(director)}  ${server.host} of ${service.name}: weight ${from} -> ${to}, ${counted(active, 'active connection')}\n`,
    )
    .join('');
}

/** What is left of real servers that were to get quiet. */
export function leftText(
  left: readonly {
    readonly director: string;
    readonly service: string;
    readonly server: string;
    readonly active: number;
    readonly inactive: number;
  }[],
  seconds: number,
  paint: Paint,
): string {
  const busy = left.filter(({ active }) => active > 0);
  const took = seconds < 1 ? '' : ` after ${duration(seconds)}`;
  if (busy.length === 0) return `${paint.good('Drained')}: no active connections are left${took}.\n`;
  return busy
    .map(
      ({ director, service, server, active, inactive }) =>
        `${paint.bad('✗')} ${director}  ${server} of ${service}: ${counted(active, 'active connection')} left${took}, ${inactive} inactive\n`,
    )
    .join('');
}
