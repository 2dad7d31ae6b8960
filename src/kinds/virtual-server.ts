import type { Command } from '../model/command.ts';
import type { Kind } from '../model/kind.ts';
import { ipvs, type VirtualServiceEntry } from '../probes/ipvs.ts';
import { editTable, type TableEntry } from './edit-ipvs.ts';
import { endpoint } from './ip.ts';
import type { Presence } from './presence.ts';
import { integer, list, patterns, schemaOf, text } from './schema.ts';

export interface VirtualServerSpec {
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  readonly address: string;
  readonly port: number;
  readonly scheduler: string;
  readonly method: 'DR' | 'NAT' | 'TUN';
  /** Seconds a client stays with its server; 0 is off. */
  readonly persistence?: number | undefined;
  readonly servers: readonly { readonly address: string; readonly port: number; readonly weight: number }[];
  /** Seconds that a leaving server may finish its connections with weight 0. */
  readonly drain?: number | undefined;
  readonly state?: Presence | undefined;
}

type Subject = { readonly service: string; readonly drain: number };

/**
 * A virtual service in the kernel's IPVS table, edited while it runs: the table is never emptied, newcomers
 * come first, and who leaves is drained. Live only; never for a service that keepalived owns.
 */
export const virtualServer: Kind<VirtualServerSpec, Subject, TableEntry> = {
  name: 'virtual-server',
  schema: schemaOf(
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
      ],
    },
    ['protocol', 'address', 'port', 'scheduler', 'method', 'servers'],
    {
      protocol: { title: 'Protocol', description: 'TCP, UDP or SCTP.', enum: ['tcp', 'udp', 'sctp'] },
      address: text('Address', 'The virtual IP that clients call.', patterns.address),
      port: integer('Port', 'The port that clients call.', 1, 65535),
      scheduler: text('Scheduler', 'How servers are chosen: rr, wrr, lc, wlc ...', '^[a-z]{2,8}$'),
      method: { title: 'Method', description: 'How packets reach the servers.', enum: ['DR', 'NAT', 'TUN'] },
      persistence: {
        ...integer('Persistence', 'Seconds a client stays with its server; 0 is off.', 0, 31536000),
        default: 0,
      },
      servers: list('Servers', 'The real servers.', {
        type: 'object',
        additionalProperties: false,
        required: ['address', 'port', 'weight'],
        properties: {
          address: text('Address', 'Address of the server.', patterns.address),
          port: integer('Port', 'Its port; with DR and TUN the same as the service has.', 1, 65535),
          weight: integer('Weight', 'Its share; 0 takes no new connections.', 0, 65535),
        },
      }),
      drain: {
        ...integer('Drain', 'Seconds that a leaving server may finish its connections.', 0, 86400),
        default: 0,
      },
    },
  ),
  subject: ({ protocol, address, port, drain = 0 }) => ({
    service: `${protocol}:${endpoint(address, port)}`,
    drain,
  }),
  id: ({ service }) => service,
  asks: ({ service }) => [{ probe: ipvs, key: service }],

  read({ service }, answers) {
    const entry: VirtualServiceEntry | undefined = answers.get(ipvs, service);
    return entry && { ...entry };
  },

  want({ scheduler, method, persistence = 0, servers, state }) {
    if (state === 'absent') return undefined;
    const members = servers.map(
      ({ address, port, weight }) => [endpoint(address, port), { method, weight }] as const,
    );
    return { scheduler, persistence, servers: Object.fromEntries(members) };
  },

  move: ({ service, drain }, from, to): readonly Command[] => editTable(service, drain, from, to),

  effect({ service }, from, to) {
    const name = service.replace(/^\w+:/, '');
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
