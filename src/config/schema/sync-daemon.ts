import type { Schema } from '../../model/kind.ts';
import { count, flag } from './follow.ts';
import { givenName, interfaceName, ipAddress } from './text.ts';

/** The copying of connections between directors. */
export const syncDaemon: Schema = {
  title: 'Sync daemon',
  description:
    'Copies the connections of the MASTER to the other directors, so that they outlive it. One daemon a host: it sends where its instance is MASTER, so connections of VIPs whose MASTER is another are not copied.',
  type: 'object',
  synonyms: { sync_id: 'id', syncid: 'id', dev: 'interface', vrrp_instance: 'instance' },
  refused: { state: 'whoever is MASTER sends' },
  properties: {
    interface: {
      type: 'string',
      description: "Where copies are sent. Default: the instance's interface.",
      ...interfaceName,
      examples: ['eth0'],
    },
    instance: {
      type: 'string',
      description: 'The VRRP instance whose MASTER sends. Default: the only one.',
      ...givenName,
      examples: ['web'],
    },
    id: count(
      "Who takes part: directors with the same number. Default: the instance's virtual_router_id.",
      0,
      255,
      55,
    ),
    maxlen: count('Longest packet. Linux 4.3.', 1, 65507, 1400),
    port: count('UDP port. Default: 8848. Linux 4.3.', 1, 65535, 8848),
    ttl: count('How many routers a copy may pass. Default: 1. Linux 4.3.', 1, 255, 1),
    group: {
      ...ipAddress,
      description: 'Multicast group of the copies. Default: 224.0.0.81. Linux 4.3.',
      examples: ['224.0.0.81'],
    },
    backup_only: flag(
      'A director that only receives does not balance: for directors that are real servers too (net.ipv4.vs.backup_only).',
    ),
  },
  additionalProperties: false,
  examples: [{ instance: 'web', interface: 'eth0' }],
};
