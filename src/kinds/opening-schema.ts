import { patterns, schemaOf, text } from './schema.ts';

const networkOrAddress = `${patterns.address}|${patterns.network}`;
const ports = '^[1-9][0-9]{0,4}(-[1-9][0-9]{0,4})?$';

/** The YAML of `opening`. */
export const openingSchema = schemaOf(
  {
    title: 'Opening',
    description:
      'A hole in what the host filters with: firewalld where it runs (now and permanently), else iptables (now; not kept over a reboot).',
    examples: [
      { protocol: 'vrrp', from: '192.168.0.211' },
      { protocol: 'tcp', from: '10.0.0.0/8', to: '192.168.0.240', port: '8000-8010' },
    ],
  },
  ['protocol'],
  {
    chain: {
      title: 'Chain',
      description: 'Packets for the host itself, or those that pass through it.',
      enum: ['INPUT', 'FORWARD'],
      default: 'INPUT',
    },
    family: { title: 'Family', description: 'IPv4 or IPv6.', enum: [4, 6], default: 4 },
    protocol: {
      title: 'Protocol',
      description:
        'What is let in; `ping` is the question for an echo, `unreachable` tells of packets that were too big.',
      enum: ['any', 'tcp', 'udp', 'sctp', 'vrrp', 'ah', 'ipip', 'ping', 'unreachable'],
    },
    from: text('From', 'Address or network of the sender. Default: any.', networkOrAddress),
    to: text('To', 'Address or network that is called. Default: any.', networkOrAddress),
    port: text('Port', 'Port that is called, or ports from the first to the last.', ports),
    from_port: text('From port', 'Port of the sender, or ports from the first to the last.', ports),
    answers: {
      title: 'Answers',
      description: 'Only packets of connections that exist already. firewalld lets these through by itself.',
      type: 'boolean',
      default: false,
    },
    backend: {
      title: 'Backend',
      description: 'Who is told: firewalld where it runs and iptables elsewhere, or always the same.',
      enum: ['auto', 'iptables', 'firewalld'],
      default: 'auto',
    },
  },
);
