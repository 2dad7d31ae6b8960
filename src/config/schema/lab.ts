import type { Schema } from '../../model/kind.ts';
import { defaults } from '../defaults.ts';

/** A lab's name becomes part of names that the kernel keeps short. */
export const labName = {
  pattern: '^[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?$',
  patternErrorMessage: 'must be at most 12 of a-z, 0-9 and -, not at the ends',
} as const;

/** The embedded lab. */
export const lab: Schema = {
  title: 'Lab',
  description:
    'Lets `lvsform lab up` boot these hosts on this machine. Interfaces in one subnet are wired to one segment. `lab: {}` is enough.',
  type: ['object', 'null'],
  properties: {
    name: {
      type: 'string',
      description: "Name of the lab on this machine. Default: the inventory's name.",
      ...labName,
      examples: ['dr'],
    },
    memory: {
      type: 'integer',
      description: 'Memory of each host, in MiB.',
      minimum: 128,
      maximum: 65536,
      default: defaults.lab.memoryMiB,
      examples: [192],
    },
    preinstalled: {
      type: 'boolean',
      description:
        'Whether the hosts have, before they first boot, all packages that clusters need: `up` then takes seconds, and `down` leaves them in place. Their services are neither running nor enabled.',
      default: defaults.lab.preinstalled,
      examples: [true],
    },
  },
  additionalProperties: false,
  examples: [{}, { name: 'dr', memory: 256 }, { preinstalled: true }],
};
