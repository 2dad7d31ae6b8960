import type { Schema } from '../../model/kind.ts';
import { defaults } from '../defaults.ts';
import { realServers } from './real-server.ts';
import { givenName, port } from './text.ts';
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
  description: 'A port of a VIP, shared among real servers.',
  type: 'object',
  synonyms: {
    address: 'vip',
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
  },
  refused: {
    fwmark: 'services by firewall mark are not supported yet; write vip and port',
    ports: 'several ports are not supported yet; write a service for each',
    sorry_server: 'a sorry server is not supported yet',
    quorum: 'quorum is not supported yet',
  },
  properties: {
    vip: { type: 'string', description: 'Name of the VIP.', ...givenName, examples: ['web'] },
    port: { ...port, description: 'Port that clients call.', examples: [80] },
    protocol: {
      type: 'string',
      description: 'Transport protocol.',
      enum: ['tcp', 'udp'],
      default: defaults.protocol,
      synonyms: { http: 'tcp', https: 'tcp' },
      refused: { sctp: 'SCTP is not supported yet' },
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
    method: {
      type: 'string',
      description:
        'How packets reach a real server. `DR` (direct routing): it answers the client itself; same network, same port. `NAT`: it answers through the director, which may change the port. `TUN`: it answers itself, from any network.',
      enum: ['DR', 'NAT', 'TUN'],
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
      },
      refused: { FULLNAT: 'FULLNAT is not supported yet; NAT, DR and TUN are' },
      examples: ['DR'],
    },
    persistence: {
      type: 'integer',
      description: 'Seconds that a client stays with its real server; 0 is off.',
      minimum: 0,
      maximum: 2678400,
      default: defaults.persistence,
      examples: [300],
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
    check: { $ref: '#/$defs/check' },
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
