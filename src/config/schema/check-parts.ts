import type { Schema } from '../../model/kind.ts';
import { defaults } from '../defaults.ts';
import { interfaceName, ipAddress, port } from './text.ts';

/** How often a check is tried; keys of most checks, and of a service for all of its checks. */
export const tries = {
  retries: {
    type: 'integer',
    description: 'Further tries before the real server is taken out.',
    minimum: 0,
    maximum: 100,
    default: defaults.check.retries,
    examples: [3],
  },
  retry_delay: {
    type: 'integer',
    description: 'Seconds between two tries.',
    minimum: 1,
    maximum: 3600,
    default: defaults.check.retryDelay,
    examples: [3],
  },
  warmup: {
    type: 'integer',
    description:
      'The first check comes at a random moment within so many seconds, that not all come at once. Default: `delay_loop`.',
    minimum: 0,
    maximum: 3600,
    examples: [5],
  },
} satisfies { readonly [key: string]: Schema };

export const timeout = {
  connect_timeout: {
    type: 'integer',
    description: 'Seconds to wait for an answer.',
    minimum: 1,
    maximum: 3600,
    default: defaults.check.connectTimeout,
    examples: [8],
  },
} satisfies { readonly [key: string]: Schema };

/** Where a check goes to and comes from; keys of the checks that go over the network. */
export const connection = {
  connect_ip: {
    ...ipAddress,
    description: "Whom to ask. Default: the real server's address.",
    examples: ['192.168.0.223'],
  },
  connect_port: {
    ...port,
    description: "Which port to ask. Default: the real server's.",
    examples: [8081],
  },
  bindto: {
    ...ipAddress,
    description: 'The address that the director asks from.',
    examples: ['192.168.0.210'],
  },
  bind_port: { ...port, description: 'The port that the director asks from.', examples: [10080] },
  bind_if: {
    type: 'string',
    ...interfaceName,
    description: 'The interface that the director asks by.',
    examples: ['eth1'],
  },
  fwmark: {
    type: 'integer',
    description: "Firewall mark of the check's packets, by which routing rules can tell them.",
    minimum: 1,
    maximum: 4294967295,
    examples: [7],
  },
} satisfies { readonly [key: string]: Schema };

/** What people write instead of our words. */
export const checkSynonyms = {
  timeout: 'connect_timeout',
  retry: 'retries',
  nb_get_retry: 'retries',
  delay_before_retry: 'retry_delay',
  bind_ip: 'bindto',
  source: 'bindto',
  interface: 'bind_if',
  mark: 'fwmark',
};
