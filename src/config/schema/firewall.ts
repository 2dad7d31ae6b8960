import type { Schema } from '../../model/kind.ts';
import { defaults } from '../defaults.ts';

/** What is done on hosts that filter; the same for all hosts and for one. */
export const firewall: Schema = {
  title: 'Firewall',
  description:
    'For hosts that filter packets: lets in what LVS needs there (VRRP, calls of VIPs, tunnels, health checks), in front of other rules and without touching them. What a host sends is taken to be allowed.',
  type: 'object',
  synonyms: { enabled: 'open', manage: 'open', type: 'backend', tool: 'backend' },
  properties: {
    open: {
      type: 'boolean',
      description: 'Whether lvsform opens what LVS needs.',
      default: defaults.firewall.open,
      examples: [true],
    },
    backend: {
      type: 'string',
      description:
        'What is told: `auto` tells firewalld where it runs, and else iptables, in the backend (legacy or nf_tables) that has the other rules.',
      enum: ['auto', 'iptables', 'firewalld'],
      default: defaults.firewall.backend,
      synonyms: { nft: 'iptables', nftables: 'iptables', 'firewall-cmd': 'firewalld' },
      examples: ['firewalld'],
    },
  },
  additionalProperties: false,
  examples: [{ open: true }],
};
