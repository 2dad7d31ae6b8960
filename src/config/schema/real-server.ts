import type { Schema } from '../../model/kind.ts';
import { defaults } from '../defaults.ts';
import { hostName, ipAddress, port } from './text.ts';

/** Who answers for a service. */
export const realServers: Schema = {
  title: 'Real servers',
  description: 'Who answers: a map of host names with settings, or a list of host names.',
  type: ['object', 'array'],
  items: { type: 'string', ...hostName },
  minItems: 1,
  minProperties: 1,
  uniqueItems: true,
  propertyNames: hostName,
  additionalProperties: {
    title: 'Real server',
    description: 'A host as a real server of this service. Nothing, or settings.',
    type: ['object', 'null'],
    synonyms: { ip: 'rip', address: 'rip', wt: 'weight' },
    properties: {
      weight: {
        type: 'integer',
        description: 'Its share against the others; 0 takes no new connections.',
        minimum: 0,
        maximum: 65535,
        default: defaults.weight,
        examples: [3],
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
    },
    additionalProperties: false,
  },
  examples: [{ web01: { weight: 3 }, web02: {} }, ['web01', 'web02']],
};
