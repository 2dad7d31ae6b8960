import type { Argv } from '../model/command.ts';
import type { Following, GarpSettings, Track } from '../model/vrrp.ts';

type Value = string | number | boolean | undefined;

/**
 * Lines of a block of keepalived.conf(5): a word and its value. What is undefined or false is left out, true is the
 * word alone.
 */
export function lines(settings: { readonly [word: string]: Value }): readonly string[] {
  return Object.entries(settings).flatMap(([word, value]) => {
    if (value === undefined || value === false) return [];
    return value === true ? [word] : [`${word} ${value}`];
  });
}

/** `on` or `off`, for settings whose absence means something else. */
export function onOff(value: boolean | undefined): string | undefined {
  return value === undefined ? undefined : value ? 'on' : 'off';
}

/**
 * A program as keepalived reads it: one quoted string, split at spaces. The schema lets no space, quote or sign with a
 * meaning into a word.
 */
export function scriptText(argv: Argv, user?: string): string {
  return `"${argv.join(' ')}"${user === undefined ? '' : ` ${user}`}`;
}

/** How neighbours are told of a VIP's new place; the global words begin with `vrrp_`. */
export function garpLines(prefix: '' | 'vrrp_', garp: GarpSettings): readonly string[] {
  return lines({
    [`${prefix}garp_master_delay`]: garp.masterDelay,
    [`${prefix}garp_master_repeat`]: garp.masterRepeat,
    [`${prefix}garp_master_refresh`]: garp.masterRefresh,
    [`${prefix}garp_master_refresh_repeat`]: garp.masterRefreshRepeat,
    [`${prefix}garp_lower_prio_delay`]: garp.lowerPrioDelay,
    [`${prefix}garp_lower_prio_repeat`]: garp.lowerPrioRepeat,
  });
}

/** What an instance or a sync group follows and tells. */
export interface FollowingBlock {
  readonly tracks: readonly { readonly block: string; readonly lines: readonly string[] }[];
  readonly notify: readonly string[];
}

/** The blocks and lines of what an instance or a group follows and tells. */
export function followingBlock(following: Following): FollowingBlock {
  const tracks: readonly (readonly [string, readonly Track[]])[] = [
    ['track_interface', following.trackInterface],
    ['track_script', following.trackScript],
    ['track_process', following.trackProcess],
  ];
  return {
    tracks: tracks.flatMap(([block, all]) =>
      all.length === 0 ? [] : [{ block, lines: all.map(trackLine) }],
    ),
    notify: [
      ...following.notify.map(
        ({ event, script, user }) =>
          `notify${event === 'any' ? '' : `_${event}`} ${scriptText(script, user)}`,
      ),
      ...lines({ smtp_alert: onOff(following.smtpAlert) }),
    ],
  };
}

function trackLine({ name, weight }: Track): string {
  return weight === undefined ? name : `${name} weight ${weight}`;
}
