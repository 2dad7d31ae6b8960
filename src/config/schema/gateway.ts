import type { Schema } from '../../model/kind.ts';
import { givenName, interfaceName, ipv4Port, network } from './text.ts';

/** What hosts of the role gateway forward. */
export const gateway: Schema = {
  title: 'Gateway',
  description: 'What the gateways (hosts with that role) let through.',
  type: 'object',
  synonyms: { forward: 'forwards', dnat: 'forwards', snat: 'masquerade', nat: 'masquerade' },
  properties: {
    forwards: {
      type: 'array',
      description:
        "Destination NAT: what arrives at an address of a gateway goes to a service's VIP and port.",
      items: {
        title: 'Forward',
        description: 'One address and port, and the service behind it.',
        type: 'object',
        synonyms: { service: 'to', target: 'to', address: 'from', source: 'from' },
        properties: {
          from: {
            ...ipv4Port,
            description: 'Address of a gateway, and port.',
            examples: ['192.168.200.100:80'],
          },
          to: { type: 'string', description: 'Name of the service.', ...givenName, examples: ['http'] },
        },
        required: ['from', 'to'],
        additionalProperties: false,
      },
      examples: [[{ from: '192.168.200.100:80', to: 'http' }]],
    },
    masquerade: {
      type: 'array',
      description:
        "Source NAT: networks whose packets leave with the gateway's own address. A network, or a map with the interface by which they leave.",
      items: {
        ...network,
        title: 'Masquerade',
        description: 'A network, or a map with the network and the interface by which its packets leave.',
        type: ['string', 'object'],
        properties: {
          network: { ...network, description: 'Source network.', examples: ['192.168.0.0/24'] },
          interface: {
            type: 'string',
            description: 'Outer interface of the gateway. Default: the one with the address of `forwards`.',
            ...interfaceName,
            examples: ['eth1'],
          },
        },
        required: ['network'],
        additionalProperties: false,
      },
      examples: [['192.168.0.0/24'], [{ network: '192.168.0.0/24', interface: 'eth1' }]],
    },
  },
  additionalProperties: false,
  examples: [{ forwards: [{ from: '192.168.200.100:80', to: 'http' }], masquerade: ['192.168.0.0/24'] }],
};
