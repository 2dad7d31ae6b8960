import type { Schema } from '../../model/kind.ts';

const flag = (description: string, example: boolean): Schema => ({
  type: 'boolean',
  description,
  examples: [example],
});

const count = (description: string, minimum: number, maximum: number, example: number): Schema => ({
  type: 'integer',
  description,
  minimum,
  maximum,
  examples: [example],
});

/** Settings of IPVS in the kernel: net.ipv4.vs.* (kernel: Documentation/networking/ipvs-sysctl.rst). */
export const kernel: Schema = {
  title: 'Kernel settings',
  description:
    'Settings of IPVS on every director, by their names below `net.ipv4.vs`. What is not written stays as it is, but for what the services need.',
  type: 'object',
  refused: {
    drop_entry: 'it is one of the defences: write defences: { drop_entry: when_needed }',
    drop_packet: 'it is one of the defences: write defences: { drop_packet: when_needed }',
    secure_tcp: 'it is one of the defences: write defences: { secure_tcp: when_needed }',
  },
  properties: {
    conntrack: flag('Connections of IPVS are seen by connection tracking, so by iptables.', true),
    conn_reuse_mode: count(
      'A client that comes back from the same port: 0 keeps it at its real server, 1 lets the scheduler choose anew where the director saw both ways close, 2 also where it sees one way. Default: 2 with DR and TUN.',
      0,
      3,
      2,
    ),
    expire_nodest_conn: flag(
      'Connections to a real server that was taken out end at once. Default: true in mode `keepalived`, with checks.',
      true,
    ),
    expire_quiescent_template: flag(
      'Weight 0 also sends persistent clients elsewhere. Default: true with persistence.',
      true,
    ),
    pmtu_disc: flag(
      'Packets too large for a tunnel are answered by ICMP, not cut. Default: false with TUN.',
      true,
    ),
    schedule_icmp: flag('ICMP errors that belong to no connection are scheduled, too (Linux 4.4).', false),
    nat_icmp_send: flag('NAT: tells a real server that its connection is not known.', false),
    snat_reroute: flag('NAT: replies are routed anew after the VIP was put back into them.', true),
    sloppy_tcp: flag('A connection may begin without a SYN: it goes on at another director.', false),
    sloppy_sctp: flag('The same of SCTP.', false),
    cache_bypass: flag('Transparent cache: goes to the origin when no real server is there.', false),
    ignore_tunneled: flag('Packets that arrive through a tunnel are left alone.', false),
    run_estimation: flag('Counts packets and rates; `verify` reads these counters.', true),
    am_droprate: count('With `drop_packet: always`: every such packet is dropped.', 1, 65535, 10),
    amemthresh: count('Free pages of memory below which `when_needed` begins.', 1, 2147483647, 1024),
    sync_threshold: {
      type: 'array',
      description: 'Packets until the first copy of a connection, and between two copies.',
      items: { type: 'integer', minimum: 0, maximum: 65535 },
      minItems: 2,
      maxItems: 2,
      examples: [[3, 50]],
    },
    sync_refresh_period: count(
      'Seconds between two copies of a connection; 0 is by packets alone.',
      0,
      86400,
      0,
    ),
    sync_retries: count('How often a copy is sent again.', 0, 7, 0),
    sync_persist_mode: flag('With persistence, copies only what keeps clients, not each connection.', false),
    sync_ports: count('Threads that copy connections.', 1, 32, 1),
  },
  additionalProperties: false,
  examples: [{ conn_reuse_mode: 2, expire_nodest_conn: true }],
};

const defence = (description: string): Schema => ({
  type: 'string',
  description,
  enum: ['off', 'when_needed', 'always'],
  synonyms: { auto: 'when_needed', automatic: 'when_needed', on: 'always', never: 'off' },
  examples: ['when_needed'],
});

/** What IPVS does against floods of connections. */
export const defences: Schema = {
  title: 'Defences',
  description:
    'What IPVS does against floods of connections: `when_needed` leaves it to the kernel, which begins when memory gets short (`amemthresh`).',
  type: 'object',
  properties: {
    drop_entry: defence('Drops random connections that are not yet established.'),
    drop_packet: defence('Drops one of so many packets (`am_droprate`).'),
    secure_tcp: defence(
      'Follows TCP by a stricter table of states: with NAT a connection is established after its whole handshake.',
    ),
  },
  additionalProperties: false,
  minProperties: 1,
  examples: [{ drop_entry: 'when_needed', secure_tcp: 'when_needed' }],
};
