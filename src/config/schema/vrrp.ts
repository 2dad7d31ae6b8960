import type { Schema } from '../../model/kind.ts';
import { defaults } from '../defaults.ts';
import { flag, following, garp, seconds } from './follow.ts';
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
      virtual_ipaddresses: 'vips',
      no_preempt: 'nopreempt',
      vmac: 'use_vmac',
    },
    refused: {
      state: 'the director with the highest priority is the MASTER',
      unicast_peer: 'write unicast: true; the peers are the other members',
      unicast_src_ip: "write unicast: true; it is the member's own address on the instance's interface",
      virtual_ipaddress_excluded:
        'name all in vips; those of the other address family are left out of the advertisements',
      vrrp_strict: 'it makes keepalived firewall the VIP against clients that are not to be firewalled',
      preempt: 'it is the default; nopreempt: true is its contrary',
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
      version: {
        type: 'integer',
        description:
          'Version of VRRP: 2 has whole seconds and passwords, 3 has fractions, IPv6 and no passwords. Default: 2 where that is possible.',
        enum: [2, 3],
        examples: [3],
      },
      advert_interval: {
        type: 'number',
        description:
          'Seconds between two advertisements. A lost MASTER is replaced after three of them and a little more. Fractions of a second, to the hundredth, take version 3.',
        minimum: 0.01,
        maximum: 255,
        default: defaults.advertInterval,
        examples: [1],
      },
      auth_type: {
        type: 'string',
        description: '`PASS` sends the password along; `AH` signs with it, which few networks let through.',
        enum: ['PASS', 'AH'],
        default: 'PASS',
        examples: ['PASS'],
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
      unicast: flag('Members advertise to each other by address: for networks that carry no multicast.'),
      nopreempt: flag('Who carries the VIPs keeps them when a member of higher priority comes back.'),
      preempt_delay: seconds(
        'Seconds that a member of higher priority waits before it takes the VIPs back.',
        0,
        1000,
        60,
      ),
      use_vmac: flag('The VIPs get a hardware address of their own, which moves with them (RFC 5798, 7.3).'),
      vmac_xmit_base: flag('With use_vmac: advertisements go by the interface itself.'),
      ...garp(''),
      ...following,
    },
    required: ['virtual_router_id'],
    additionalProperties: false,
  },
  examples: [{ web: { virtual_router_id: 55, auth_pass: { env: 'VRRP_PASS' } } }],
};
