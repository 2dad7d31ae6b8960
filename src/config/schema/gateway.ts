import type { Schema } from '../../model/kind.ts';
import { defaults } from '../defaults.ts';
import { interfaceName, ipv4Ports, ipv4Range, nameOrPlace, network } from './text.ts';

const forward: Schema = {
  title: 'Forward',
  description: 'An address with a port or ports, and the service or host behind it.',
  type: 'object',
  synonyms: { service: 'to', target: 'to', address: 'from', source: 'from', proto: 'protocol' },
  properties: {
    from: {
      ...ipv4Ports,
      description: 'Address of a gateway, and port, or ports from the first to the last.',
      examples: ['192.168.200.100:80', '192.168.200.101:8000-8010'],
    },
    to: {
      ...nameOrPlace,
      description:
        'Name of the service; or an inside host, with the port where it is another. Ports from the first to the last keep their numbers.',
      examples: ['http', '192.168.0.50:22', '192.168.0.50'],
    },
    protocol: {
      type: 'string',
      description: "Transport protocol. A service's is known; for a host it may be said.",
      enum: ['tcp', 'udp', 'sctp'],
      default: defaults.protocol,
      examples: ['udp'],
    },
  },
  required: ['from', 'to'],
  additionalProperties: false,
};

const leavesBy: Schema = {
  type: 'string',
  ...interfaceName,
  examples: ['eth1'],
};

/** What hosts of the role gateway forward. */
export const gateway: Schema = {
  title: 'Gateway',
  description: 'What the gateways (hosts with that role) let through.',
  type: 'object',
  synonyms: { forward: 'forwards', dnat: 'forwards', nat: 'masquerade', source_nat: 'snat' },
  properties: {
    forwards: {
      type: 'array',
      description:
        "Destination NAT: what arrives at an address of a gateway goes to a service's VIP and port, or to a host.",
      items: forward,
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
            ...leavesBy,
            description: 'Outer interface of the gateway. Default: the one with the address of `forwards`.',
          },
        },
        required: ['network'],
        additionalProperties: false,
      },
      examples: [['192.168.0.0/24'], [{ network: '192.168.0.0/24', interface: 'eth1' }]],
    },
    snat: {
      type: 'array',
      description:
        'Source NAT: networks whose packets leave with an address of your choice, or with one of several. They come before `masquerade`, and the first that fits wins.',
      items: {
        title: 'Source NAT',
        description: 'A network, and the address that its packets get.',
        type: 'object',
        synonyms: { source: 'network', from: 'network', to_source: 'to', address: 'to' },
        properties: {
          network: { ...network, description: 'Source network.', examples: ['192.168.0.0/24'] },
          interface: {
            ...leavesBy,
            description: 'Outer interface of the gateway. Default: the one with the address `to`.',
          },
          to: {
            ...ipv4Range,
            description: 'Address that the packets get, or addresses from the first to the last.',
            examples: ['192.168.200.101', '192.168.200.101-192.168.200.110'],
          },
        },
        required: ['network', 'to'],
        additionalProperties: false,
      },
      examples: [[{ network: '192.168.0.0/28', to: '192.168.200.101' }]],
    },
  },
  additionalProperties: false,
  examples: [{ forwards: [{ from: '192.168.200.100:80', to: 'http' }], masquerade: ['192.168.0.0/24'] }],
};
