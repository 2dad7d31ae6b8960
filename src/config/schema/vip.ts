import type { Schema } from '../../model/kind.ts';
import { givenName, interfaceName, vipAddress } from './text.ts';

/** The virtual addresses. */
export const vips: Schema = {
  title: 'VIPs',
  description: 'Virtual addresses: what clients call. Each is carried by one director at a time.',
  type: 'object',
  propertyNames: givenName,
  additionalProperties: {
    title: 'VIP',
    description: 'A virtual address.',
    type: 'object',
    synonyms: { ip: 'address', vip: 'address', dev: 'interface', device: 'interface', nic: 'interface' },
    properties: {
      address: {
        ...vipAddress,
        description:
          'The address. The length of its prefix is 32 where left out, so that the address adds no route.',
        examples: ['192.168.0.240/24'],
      },
      interface: {
        type: 'string',
        description: "The directors' interface that carries it. Default: the one in the VIP's subnet.",
        ...interfaceName,
        examples: ['eth0'],
      },
      label: {
        type: 'string',
        description:
          'Label of the address, for those who look for it with ifconfig: the interface, `:`, and a few letters or digits; at most 15 characters.',
        pattern: '^[A-Za-z0-9][A-Za-z0-9_.@-]*:[A-Za-z0-9_.-]+$',
        patternErrorMessage: 'must be the interface, a colon, and letters or digits, such as eth0:240',
        examples: ['eth0:240'],
      },
    },
    required: ['address'],
    additionalProperties: false,
  },
  examples: [{ web: { address: '192.168.0.240/24', label: 'eth0:240' } }],
};
