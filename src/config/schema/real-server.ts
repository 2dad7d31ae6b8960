import type { Schema } from '../../model/kind.ts';
import { defaults } from '../defaults.ts';
import { checks } from './check.ts';
import { script } from './script.ts';
import { hostsMeant, ipAddress, port } from './text.ts';

/** Who answers for a service. */
export const realServers: Schema = {
  title: 'Real servers',
  description:
    'Who answers: a map of host names with settings, or a list of host names. A range (`web[01:20]`) or a pattern (`web*`) stands for several; who is also named alone has the settings that stand there.',
  type: ['object', 'array'],
  items: { type: 'string', ...hostsMeant },
  minItems: 1,
  minProperties: 1,
  uniqueItems: true,
  propertyNames: hostsMeant,
  additionalProperties: {
    title: 'Real server',
    description: 'A host as a real server of this service. Nothing, or settings.',
    type: ['object', 'null'],
    synonyms: {
      ip: 'rip',
      address: 'rip',
      wt: 'weight',
      uthreshold: 'upper_threshold',
      lthreshold: 'lower_threshold',
      checks: 'check',
      health_check: 'check',
      inhibit: 'inhibit_on_failure',
    },
    properties: {
      weight: {
        type: 'integer',
        description: 'Its share against the others; 0 takes no new connections.',
        minimum: 0,
        maximum: 65535,
        default: defaults.weight,
        examples: [3],
      },
      upper_threshold: {
        type: 'integer',
        description: 'Connections at which it gets no new ones; 0 is no limit.',
        minimum: 0,
        maximum: 2147483647,
        default: 0,
        examples: [1000],
      },
      lower_threshold: {
        type: 'integer',
        description:
          'Connections below which it gets new ones again. Default: three quarters of the upper threshold (the kernel decides).',
        minimum: 0,
        maximum: 2147483647,
        default: 0,
        examples: [800],
      },
      port: {
        ...port,
        description: "Its port, where it differs (NAT). Default: the service's.",
        examples: [8080],
      },
      rip: {
        ...ipAddress,
        description:
          "Its address, where the host has several that fit. Default: the one in the VIP's network.",
        examples: ['192.168.0.223'],
      },
      check: {
        ...checks,
        description: "How this one is checked, instead of the service's `check`.",
        examples: [{ type: 'tcp', connect_port: 8081 }],
      },
      inhibit_on_failure: {
        type: 'boolean',
        description: "Instead of the service's: a failure sets its weight to 0, and it stays in the table.",
        examples: [true],
      },
      notify_up: script(
        'What the director runs when it has become healthy.',
        [['/usr/local/bin/rs-changed', '{host}', 'up']],
        'real server',
      ),
      notify_down: script(
        'What the director runs when it has failed.',
        [['/usr/local/bin/rs-changed', '{host}', 'down']],
        'real server',
      ),
    },
    additionalProperties: false,
  },
  examples: [{ web01: { weight: 3 }, web02: {} }, ['web01', 'web02'], ['web[01:20]']],
};
