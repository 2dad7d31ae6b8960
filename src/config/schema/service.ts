import type { Schema } from '../../model/kind.ts';
import { defaults } from '../defaults.ts';
import { availability } from './availability.ts';
import { checks } from './check.ts';
import { realServers } from './real-server.ts';
import { givenName, portRange } from './text.ts';
import { verify } from './verify.ts';

/** Every scheduler of the kernel that keepalived takes too. */
const schedulers = [
  'rr',
  'wrr',
  'lc',
  'wlc',
  'lblc',
  'lblcr',
  'sh',
  'mh',
  'dh',
  'fo',
  'ovf',
  'sed',
  'nq',
  'twos',
];

const service: Schema = {
  title: 'Virtual service',
  description: 'A port of a VIP, shared among real servers; or several ports and VIPs.',
  type: 'object',
  synonyms: {
    address: 'vip',
    vips: 'vip',
    ports: 'port',
    mark: 'fwmark',
    ops: 'one_packet',
    flags: 'scheduler_flags',
    granularity: 'persistence',
    persistence_granularity: 'persistence',
    realservers: 'real_servers',
    real_server: 'real_servers',
    backends: 'real_servers',
    servers: 'real_servers',
    rs: 'real_servers',
    lb_algo: 'scheduler',
    lvs_sched: 'scheduler',
    algorithm: 'scheduler',
    lb_kind: 'method',
    lvs_method: 'method',
    forwarding: 'method',
    mode: 'method',
    proto: 'protocol',
    persistence_timeout: 'persistence',
    health_check: 'check',
    healthcheck: 'check',
    checks: 'check',
    backup: 'sorry_server',
    fallback: 'sorry_server',
    sorry: 'sorry_server',
    inhibit: 'inhibit_on_failure',
    timeout: 'connect_timeout',
    retry: 'retries',
    nb_get_retry: 'retries',
    delay_before_retry: 'retry_delay',
  },
  properties: {
    vip: {
      type: ['string', 'array'],
      description: 'Name of the VIP, or a list of them.',
      ...givenName,
      items: { type: 'string', ...givenName },
      minItems: 1,
      uniqueItems: true,
      examples: ['web', ['web', 'web6']],
    },
    port: {
      ...portRange,
      type: ['integer', 'string', 'array'],
      description:
        'Port that clients call, or a list of ports: a service for each. With `fwmark` all of them are one service, and ranges such as `8000-8010` may stand among them.',
      items: portRange,
      minItems: 1,
      uniqueItems: true,
      examples: [80, [80, 443], ['8000-8010', 9000]],
    },
    fwmark: {
      type: 'integer',
      description:
        'Makes one service of all the ports and VIPs, by a firewall mark of this number: a client that persistence keeps stays at one real server on all of them.',
      minimum: 1,
      maximum: 2147483647,
      examples: [5],
    },
    protocol: {
      type: 'string',
      description: 'Transport protocol.',
      enum: ['tcp', 'udp', 'sctp'],
      default: defaults.protocol,
      synonyms: { http: 'tcp', https: 'tcp' },
      examples: ['tcp'],
    },
    scheduler: {
      type: 'string',
      description:
        'Who gets the next connection: `rr` takes turns, `wrr` by weight, `lc` and `wlc` the least loaded, `sh` and `mh` by the client, and so on.',
      enum: schedulers,
      default: defaults.scheduler,
      synonyms: {
        roundrobin: 'rr',
        round_robin: 'rr',
        'round-robin': 'rr',
        weighted: 'wrr',
        least_connections: 'lc',
        leastconn: 'lc',
        least_conn: 'lc',
        source: 'sh',
        hash: 'sh',
        maglev: 'mh',
      },
      examples: ['wrr'],
    },
    scheduler_flags: {
      type: 'array',
      description:
        "How the scheduler goes about it: `sh-port` and `mh-port` hash the client's port, too; `sh-fallback` and `mh-fallback` pass over a real server that takes nothing new (weight 0). `flag-1` to `flag-3` are the kernel's names for those of other schedulers.",
      items: {
        type: 'string',
        enum: ['sh-fallback', 'sh-port', 'mh-fallback', 'mh-port', 'flag-1', 'flag-2', 'flag-3'],
      },
      uniqueItems: true,
      examples: [['sh-port', 'sh-fallback']],
    },
    method: {
      type: 'string',
      description:
        'How packets reach a real server. `DR` (direct routing): it answers the client itself; same network, same port. `NAT`: it answers through the director, which may change the port. `TUN`: it answers itself, from any network. `FULLNAT`: NAT with an address of the director as source, so that it needs no route to the clients.',
      enum: ['DR', 'NAT', 'TUN', 'FULLNAT'],
      default: defaults.method,
      synonyms: {
        gatewaying: 'DR',
        gateway: 'DR',
        g: 'DR',
        direct: 'DR',
        direct_routing: 'DR',
        route: 'DR',
        masquerading: 'NAT',
        masq: 'NAT',
        m: 'NAT',
        ipip: 'TUN',
        tunnel: 'TUN',
        tunneling: 'TUN',
        i: 'TUN',
        full_nat: 'FULLNAT',
        'full-nat': 'FULLNAT',
      },
      examples: ['DR'],
    },
    persistence: {
      type: ['integer', 'object'],
      description: 'Seconds that a client stays with its real server; 0 is off. Or a map with more.',
      minimum: 0,
      maximum: 2678400,
      default: defaults.persistence,
      synonyms: { netmask: 'prefix', mask: 'prefix', pe: 'engine', persistence_engine: 'engine' },
      properties: {
        timeout: {
          type: 'integer',
          description: 'Seconds.',
          minimum: 1,
          maximum: 2678400,
          examples: [300],
        },
        prefix: {
          type: 'integer',
          description:
            'Clients whose addresses share this many leading bits count as one: 24 keeps an IPv4 network of 256 together.',
          minimum: 1,
          maximum: 128,
          examples: [24],
        },
        engine: {
          type: 'string',
          description: '`sip`: the Call-ID of SIP over UDP counts, not the address alone.',
          enum: ['sip'],
          examples: ['sip'],
        },
      },
      required: ['timeout'],
      additionalProperties: false,
      examples: [300, { timeout: 300, prefix: 24 }],
    },
    one_packet: {
      type: 'boolean',
      description: 'Schedules each packet by itself, for UDP services of single questions such as DNS.',
      default: false,
      examples: [true],
    },
    delay_loop: {
      type: 'integer',
      description: 'Seconds between two rounds of checks.',
      minimum: 1,
      maximum: 3600,
      default: defaults.delayLoop,
      examples: [6],
    },
    drain: {
      type: 'integer',
      description: 'Seconds that a leaving real server may finish its connections, with weight 0; 0 is off.',
      minimum: 0,
      maximum: 86400,
      default: defaults.drain,
      examples: [30],
    },
    check: {
      ...checks,
      description:
        'How keepalived finds out whether a real server works (director mode `keepalived`): one check, or a list of which all must pass. Default: `tcp` for TCP, `none` for UDP and SCTP.',
      examples: [{ type: 'tcp', connect_timeout: 8, retries: 3, retry_delay: 3 }],
    },
    ...availability,
    real_servers: realServers,
    verify,
  },
  required: ['vip', 'port', 'real_servers'],
  additionalProperties: false,
};

/** The virtual services. */
export const services: Schema = {
  title: 'Virtual services',
  description: 'What is balanced: a port of a VIP, how, and among whom.',
  type: 'object',
  propertyNames: givenName,
  additionalProperties: service,
  examples: [
    {
      http: {
        vip: 'web',
        port: 80,
        scheduler: 'rr',
        method: 'DR',
        real_servers: { web01: { weight: 1 }, web02: { weight: 1 } },
      },
    },
  ],
};
