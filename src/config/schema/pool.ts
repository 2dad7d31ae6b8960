import type { Schema } from '../../model/kind.ts';
import { clientAddressWays } from '../../model/proxy.ts';
import { defaults } from '../defaults.ts';
import { domainName, givenName, hostsMeant, ipAddress, port, urlPath } from './text.ts';

const usual = defaults.proxy.check;

function count(description: string, most: number, common: number): Schema {
  return { type: 'integer', description, minimum: 1, maximum: most, default: common, examples: [common] };
}

const times = {
  interval: count('Seconds between two checks.', 3600, usual.interval),
  rise: count('Good answers in a row until a server is used again.', 100, usual.rise),
  fall: count('Bad answers in a row until it is not used any more.', 100, usual.fall),
} satisfies Schema;

const checkSynonyms = { inter: 'interval', uri: 'path', url: 'path', status_code: 'status', name: 'host' };

const check: Schema = {
  title: 'Pool check',
  description: 'How the proxies find out whether a server of the pool works. Default: `tcp`.',
  type: 'object',
  discriminator: { propertyName: 'type' },
  oneOf: [
    {
      title: 'No pool check',
      description: 'Every server counts as healthy.',
      properties: { type: { const: 'none' } },
      required: ['type'],
      additionalProperties: false,
    },
    {
      title: 'Pool TCP check',
      description: 'It must accept a connection.',
      synonyms: checkSynonyms,
      properties: { type: { const: 'tcp' }, ...times },
      required: ['type'],
      additionalProperties: false,
    },
    {
      title: 'Pool HTTP check',
      description: 'It must answer a request.',
      synonyms: checkSynonyms,
      properties: {
        type: { const: 'http' },
        path: {
          type: 'string',
          description: 'What to ask for.',
          ...urlPath,
          maxLength: 1024,
          default: usual.path,
          examples: ['/health'],
        },
        host: {
          type: 'string',
          description: 'Host name to ask for. Default: none is told (HTTP/1.0).',
          ...domainName,
          maxLength: 253,
          examples: ['app.example.org'],
        },
        status: {
          type: 'integer',
          description: 'The status that a healthy server answers.',
          minimum: 100,
          maximum: 599,
          default: usual.status,
          examples: [200],
        },
        ...times,
      },
      required: ['type'],
      additionalProperties: false,
    },
  ],
  synonyms: { httpchk: 'http', http_get: 'http', off: 'none' },
  examples: [{ type: 'http', path: '/health', interval: 2, rise: 2, fall: 3 }],
};

const servers: Schema = {
  title: 'Pool servers',
  description:
    'Who answers: a map of host names with settings, or a list of host names. A range (`web[01:20]`) or a pattern (`web*`) stands for several; who is also named alone has the settings that stand there.',
  type: ['object', 'array'],
  items: { type: 'string', ...hostsMeant },
  minItems: 1,
  minProperties: 1,
  uniqueItems: true,
  propertyNames: hostsMeant,
  additionalProperties: {
    title: 'Pool server',
    description: 'A host as a server of this pool. Nothing, or settings.',
    type: ['object', 'null'],
    synonyms: { ip: 'address', rip: 'address', wt: 'weight' },
    properties: {
      weight: {
        type: 'integer',
        description: 'Its share against the others; 0 takes no new requests.',
        minimum: 0,
        maximum: 256,
        default: defaults.weight,
        examples: [2],
      },
      port: { ...port, description: "Its port, where it differs. Default: the pool's.", examples: [8081] },
      address: {
        ...ipAddress,
        description:
          "Its address, where the host has several that fit. Default: the one in a proxy's network.",
        examples: ['10.0.0.21'],
      },
    },
    additionalProperties: false,
  },
  examples: [{ app01: { weight: 2 }, app02: {} }, ['app01', 'app02']],
};

const pool: Schema = {
  title: 'Pool',
  description: 'Servers that answer the same requests.',
  type: 'object',
  synonyms: {
    real_servers: 'servers',
    backends: 'servers',
    hosts: 'servers',
    algorithm: 'balance',
    scheduler: 'balance',
    health_check: 'check',
    healthcheck: 'check',
    send_proxy: 'client_address',
    forwardfor: 'client_address',
  },
  properties: {
    port: { ...port, description: 'Port of the servers.', examples: [8080] },
    balance: {
      type: 'string',
      description:
        'Who gets the next request: `roundrobin` takes turns by weight, `leastconn` the least busy, `random` two drawn by lot and the less busy of them, `source` the same for the same client, `uri` the same for the same path.',
      enum: ['roundrobin', 'leastconn', 'random', 'source', 'uri'],
      default: defaults.proxy.balance,
      synonyms: {
        rr: 'roundrobin',
        wrr: 'roundrobin',
        'static-rr': 'roundrobin',
        lc: 'leastconn',
        wlc: 'leastconn',
        sh: 'source',
        hash: 'source',
      },
      examples: ['roundrobin'],
    },
    client_address: {
      type: 'string',
      description:
        "How the servers learn the client's address: `forwarded` by the header X-Forwarded-For (what the client itself wrote into it is dropped), `proxy_protocol` in front of each connection (version 2; the servers must expect it), `none` not at all.",
      enum: [...clientAddressWays],
      default: defaults.proxy.clientAddress,
      synonyms: {
        'x-forwarded-for': 'forwarded',
        xff: 'forwarded',
        proxy: 'proxy_protocol',
        'send-proxy': 'proxy_protocol',
        'send-proxy-v2': 'proxy_protocol',
      },
      examples: ['forwarded'],
    },
    check,
    servers,
  },
  required: ['port', 'servers'],
  additionalProperties: false,
};

/** The pools of servers behind the proxies. */
export const pools: Schema = {
  title: 'Pools',
  description: 'Servers that answer the same requests, by names of your choice.',
  type: 'object',
  propertyNames: givenName,
  additionalProperties: pool,
  minProperties: 1,
  examples: [{ app: { port: 8080, servers: { app01: { weight: 2 }, app02: {} } } }],
};
