import type { Schema } from '../../model/kind.ts';
import { defaults } from '../defaults.ts';
import { secret } from './secret.ts';
import { authPass, givenName, hostName, interfaceName } from './text.ts';

/** The VRRP instances. */
export const vrrp: Schema = {
  title: 'VRRP instances',
  description: 'How directors agree on who carries which VIPs (director modes `vrrp` and `keepalived`).',
  type: 'object',
  propertyNames: givenName,
  additionalProperties: {
    title: 'VRRP instance',
    description: 'One group of VIPs that move together.',
    type: 'object',
    synonyms: {
      vrid: 'virtual_router_id',
      router_id: 'virtual_router_id',
      advert_int: 'advert_interval',
      auth: 'auth_pass',
      password: 'auth_pass',
      authentication: 'auth_pass',
      priority: 'priorities',
      virtual_ipaddress: 'vips',
      directors: 'members',
      hosts: 'members',
    },
    refused: {
      state: 'the director with the highest priority is the MASTER',
      unicast_peer: 'unicast is not supported yet',
      nopreempt: 'nopreempt is not supported yet',
      track_script: 'tracking is not supported yet',
      track_interface: 'tracking is not supported yet',
      notify: 'notify scripts are not supported yet',
    },
    properties: {
      virtual_router_id: {
        type: 'integer',
        description: 'Number of the virtual router, unique on its network segment.',
        minimum: 1,
        maximum: 255,
        examples: [55],
      },
      interface: {
        type: 'string',
        description: 'Where advertisements are sent. Default: the interface of its VIPs.',
        ...interfaceName,
        examples: ['eth0'],
      },
      advert_interval: {
        type: 'integer',
        description:
          'Seconds between two advertisements. A lost MASTER is replaced after three of them and a little more.',
        minimum: 1,
        maximum: 255,
        default: defaults.advertInterval,
        examples: [1],
      },
      auth_pass: secret(
        'VRRP password',
        'Password of the advertisements, at most 8 characters. It travels in clear text: it keeps accidents away, not attackers.',
        { ...authPass, examples: ['1111', { env: 'VRRP_PASS' }] },
      ),
      vips: {
        type: 'array',
        description: 'Names of its VIPs. Default: all that no other instance names.',
        items: { type: 'string', ...givenName },
        minItems: 1,
        uniqueItems: true,
        examples: [['web']],
      },
      members: {
        type: 'array',
        description: 'The directors that take part. Default: all.',
        items: { type: 'string', ...hostName },
        minItems: 1,
        uniqueItems: true,
        examples: [['lvs01', 'lvs02']],
      },
      priorities: {
        type: 'object',
        description:
          "Priorities in this instance, where they differ from the hosts' own: a second instance the other way round makes both directors work.",
        propertyNames: hostName,
        additionalProperties: { type: 'integer', minimum: 1, maximum: 255 },
        examples: [{ lvs01: 150, lvs02: 100 }],
      },
    },
    required: ['virtual_router_id'],
    additionalProperties: false,
  },
  examples: [{ web: { virtual_router_id: 55, auth_pass: { env: 'VRRP_PASS' } } }],
};
