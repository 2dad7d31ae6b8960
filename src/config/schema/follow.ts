import type { Schema } from '../../model/kind.ts';
import { scriptArgv, scriptUser } from './program.ts';
import { givenName, interfaceName } from './text.ts';

/** Seconds, with fractions. */
export function seconds(description: string, minimum: number, maximum: number, example: number): Schema {
  return { type: 'number', description, minimum, maximum, examples: [example] };
}

/** A whole number within bounds. */
export function count(description: string, minimum: number, maximum: number, example: number): Schema {
  return { type: 'integer', description, minimum, maximum, examples: [example] };
}

/** A setting that is on or off. */
export function flag(description: string, example = true): Schema {
  return { type: 'boolean', description, examples: [example] };
}

/** How much something that is watched counts. */
export const weight: Schema = {
  type: 'integer',
  description:
    'Added to the priority while all is well where it is positive, taken away on a failure where it is negative. Without one a failure alone is enough: the director gives up its VIPs.',
  minimum: -253,
  maximum: 253,
  examples: [-60],
};

function tracks(what: string, names: Schema, example: Schema): Schema {
  return {
    type: 'object',
    description: `${what}, by name.`,
    propertyNames: names,
    additionalProperties: { $ref: '#/$defs/track' },
    minProperties: 1,
    examples: [example],
  };
}

const events = {
  master: 'when it becomes MASTER',
  backup: 'when it becomes BACKUP',
  fault: 'when it is in FAULT',
  stop: 'when keepalived stops',
  any: 'at each of these, with four more arguments: INSTANCE or GROUP, its name, the state, the priority',
};

/** What instances and sync groups share. */
export const followingDefinitions = {
  track: {
    title: 'Track',
    description: 'Something that is watched.',
    type: 'object',
    properties: { weight },
    additionalProperties: false,
  },
  notify: {
    title: 'Notify scripts',
    description:
      'Programs on the directors that are run when the state changes. Each must be there, belong to root, and be writable by nobody else, as its directories must.',
    type: 'object',
    synonyms: {
      notify_master: 'master',
      notify_backup: 'backup',
      notify_fault: 'fault',
      notify_stop: 'stop',
      notify: 'any',
    },
    properties: {
      ...Object.fromEntries(
        Object.entries(events).map(([event, when]) => [
          event,
          scriptArgv(`Run ${when}.`, ['/usr/local/sbin/vip-moved', event]),
        ]),
      ),
      user: {
        type: 'string',
        description: 'Who runs them. Default: `keepalived.script_user`.',
        ...scriptUser,
        examples: ['root'],
      },
    },
    minProperties: 1,
    additionalProperties: false,
    examples: [{ any: ['/usr/local/sbin/vip-moved'] }],
  },
} satisfies { readonly [name: string]: Schema };

/** What decides over an instance or a sync group, and what is told when its state changes. */
export const following: { readonly [key: string]: Schema } = {
  track_interface: tracks('Other interfaces whose link has to be up', interfaceName, { eth1: {} }),
  track_script: tracks('Scripts of `keepalived.track_scripts`', givenName, { web_answers: { weight: -60 } }),
  track_process: tracks('Processes of `keepalived.track_processes`', givenName, { haproxy: {} }),
  notify: { $ref: '#/$defs/notify' },
  smtp_alert: flag('Whether changes of its state are mailed. Default: as in `keepalived`.'),
};

/** Gratuitous ARP and unsolicited neighbour advertisements; `prefix` is what keepalived's global words begin with. */
export function garp(prefix: '' | 'vrrp_'): { readonly [key: string]: Schema } {
  return {
    [`${prefix}garp_master_delay`]: count(
      'Seconds after which a new MASTER tells the neighbours a second time; 0 is never. Default: 5.',
      0,
      86400,
      10,
    ),
    [`${prefix}garp_master_repeat`]: count('How often it tells them each time. Default: 5.', 1, 1000, 1),
    [`${prefix}garp_master_refresh`]: count(
      'Seconds between two times that the MASTER tells them anew; 0 is never. Default: 0.',
      0,
      86400,
      60,
    ),
    [`${prefix}garp_master_refresh_repeat`]: count('How often it tells them then. Default: 1.', 1, 1000, 2),
    [`${prefix}garp_lower_prio_delay`]: count(
      'The same delay after an advertisement of lower priority. Default: the one above.',
      0,
      86400,
      10,
    ),
    [`${prefix}garp_lower_prio_repeat`]: count(
      'How often after an advertisement of lower priority. Default: the one above.',
      0,
      1000,
      1,
    ),
  };
}
