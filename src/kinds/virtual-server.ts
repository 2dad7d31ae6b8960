import type { Command } from '../model/command.ts';
import type { Kind } from '../model/kind.ts';
import { ipvs } from '../probes/ipvs.ts';
import { editTable, type TableEntry } from './edit-ipvs.ts';
import { flagNames } from './scheduler-flags.ts';
import { given, integer, list, patterns, schemaOf, text } from './schema.ts';
import { entryOf, serviceOf, type VirtualServerSpec } from './virtual-server-spec.ts';

type Subject = { readonly service: string; readonly drain: number };

/**
 * A virtual service in the kernel's IPVS table, edited while it runs: the table is never emptied, newcomers
 * come first, and who leaves is drained. Live only; never for a service that keepalived owns.
 */
export const virtualServer: Kind<VirtualServerSpec, Subject, TableEntry> = {
  name: 'virtual-server',
  schema: {
    ...schemaOf(
      {
        title: 'Virtual server',
        description: 'A virtual service of IPVS and its real servers, in the live table.',
        examples: [
          {
            protocol: 'tcp',
            address: '192.168.0.240',
            port: 80,
            scheduler: 'wrr',
            method: 'DR',
            drain: 30,
            servers: [
              { address: '192.168.0.1', port: 80, weight: 1 },
              { address: '192.168.0.2', port: 80, weight: 3 },
            ],
          },
          {
            fwmark: 5,
            scheduler: 'sh',
            scheduler_flags: ['sh-port'],
            method: 'DR',
            persistence: 300,
            persistence_prefix: 24,
            servers: [{ address: '192.168.0.1', port: 0, weight: 1, upper_threshold: 1000 }],
          },
        ],
      },
      ['scheduler', 'method', 'servers'],
      {
        protocol: { title: 'Protocol', description: 'TCP, UDP or SCTP.', enum: ['tcp', 'udp', 'sctp'] },
        address: text('Address', 'The virtual IP that clients call.', patterns.address),
        port: integer('Port', 'The port that clients call.', 1, 65535),
        fwmark: integer(
          'Firewall mark',
          'Instead of protocol, address and port: what carries this mark.',
          1,
          2147483647,
        ),
        family: {
          title: 'Family',
          description: 'Of a service by firewall mark: IPv4 or IPv6.',
          enum: [4, 6],
          default: 4,
        },
        scheduler: text('Scheduler', 'How servers are chosen: rr, wrr, lc, wlc ...', '^[a-z]{2,8}$'),
        scheduler_flags: list(
          'Scheduler flags',
          'How the scheduler goes about it.',
          { enum: flagNames },
          { uniqueItems: true },
        ),
        method: {
          title: 'Method',
          description: 'How packets reach the servers.',
          enum: ['DR', 'NAT', 'TUN'],
        },
        persistence: {
          ...integer('Persistence', 'Seconds a client stays with its server; 0 is off.', 0, 31536000),
          default: 0,
        },
        persistence_prefix: integer(
          'Persistence prefix',
          'Clients whose addresses share this many leading bits count as one.',
          1,
          128,
        ),
        persistence_engine: {
          title: 'Persistence engine',
          description: 'What else tells clients apart: `sip` is the Call-ID of SIP over UDP.',
          enum: ['sip'],
        },
        one_packet: {
          title: 'One packet',
          description: 'Each packet of UDP is scheduled by itself.',
          type: 'boolean',
          default: false,
        },
        servers: list('Servers', 'The real servers.', {
          type: 'object',
          additionalProperties: false,
          required: ['address', 'port', 'weight'],
          properties: {
            address: text('Address', 'Address of the server.', patterns.address),
            port: integer(
              'Port',
              'Its port; with DR and TUN the same as the service has; 0, with a firewall mark: the one that was called.',
              0,
              65535,
            ),
            weight: integer('Weight', 'Its share; 0 takes no new connections.', 0, 65535),
            upper_threshold: {
              ...integer('Upper threshold', 'Connections at which it gets no new ones.', 0, 2147483647),
              default: 0,
            },
            lower_threshold: {
              ...integer('Lower threshold', 'Connections below which it gets them again.', 0, 2147483647),
              default: 0,
            },
          },
        }),
        drain: {
          ...integer('Drain', 'Seconds that a leaving server may finish its connections.', 0, 86400),
          default: 0,
        },
      },
    ),
    oneOf: [given('protocol', 'address', 'port'), given('fwmark')],
  },
  subject: spec => ({ service: serviceOf(spec), drain: spec.drain ?? 0 }),
  id: ({ service }) => service,
  asks: ({ service }) => [{ probe: ipvs, key: service }],

  read: ({ service }, answers) => answers.get(ipvs, service),

  want: spec => (spec.state === 'absent' ? undefined : entryOf(spec)),

  move: ({ service, drain }, from, to): readonly Command[] => editTable(service, drain, from, to),

  effect({ service }, from, to) {
    const name = service.startsWith('fwmark')
      ? service.replace(/^fwmark6?:/, 'mark ')
      : service.replace(/^\w+:/, '');
    if (from === undefined) return `answers on ${name}`;
    if (to === undefined) return `${name} is no longer answered`;
    const joining = Object.keys(to.servers).filter(server => !(server in from.servers));
    const leaving = Object.keys(from.servers).filter(server => !(server in to.servers));
    return [
      ...(joining.length === 0 ? [] : [`adds ${joining.join(', ')} to ${name}`]),
      ...(leaving.length === 0 ? [] : [`takes ${leaving.join(', ')} from ${name}`]),
      ...(joining.length + leaving.length === 0 ? [`edits ${name}`] : []),
    ].join('; ');
  },
};
