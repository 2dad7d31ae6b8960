import type { Schema } from '../../model/kind.ts';
import { defaults } from '../defaults.ts';
import { pools } from './pool.ts';
import { domainPattern, givenName, port, requestPath, socketPath } from './text.ts';

const host: Schema = { type: 'string', ...domainPattern, maxLength: 253 };
const path: Schema = { type: 'string', ...requestPath, maxLength: 1024 };

/** One, or a list of them. */
function some(
  one: Schema,
  title: string,
  description: string,
  examples: readonly (string | readonly string[])[],
): Schema {
  return {
    ...one,
    title,
    description,
    type: ['string', 'array'],
    items: one,
    minItems: 1,
    maxItems: 100,
    uniqueItems: true,
    examples,
  };
}

const rule: Schema = {
  title: 'Proxy rule',
  description: 'Requests for one of these hosts and with one of these paths go to the pool.',
  type: 'object',
  synonyms: {
    hosts: 'host',
    domain: 'host',
    hdr: 'host',
    server_name: 'host',
    paths: 'path',
    path_exact: 'path',
    url: 'path',
    uri: 'path',
    path_prefixes: 'path_prefix',
    path_beg: 'path_prefix',
    prefix: 'path_prefix',
    backend: 'pool',
    use_backend: 'pool',
    to: 'pool',
  },
  refused: {
    path_regex: 'paths are compared by text: write path or path_prefix',
    path_reg: 'paths are compared by text: write path or path_prefix',
  },
  properties: {
    host: some(
      host,
      'Host names',
      'Name that the client asked for, or a list of them. `*.example.org` is every name under example.org, at any depth, not example.org itself. Default: any.',
      ['app.example.org', ['app.example.org', '*.app.example.org']],
    ),
    path: some(path, 'Exact paths', 'Path, without query, or a list of them; just this path.', ['/login']),
    path_prefix: some(
      path,
      'Path prefixes',
      'Beginning of the path, or a list of them: `/api` takes /api and /api/users, not /apiary.',
      ['/api'],
    ),
    pool: { type: 'string', description: 'Name of the pool.', ...givenName, examples: ['app'] },
  },
  required: ['pool'],
  additionalProperties: false,
};

const listener: Schema = {
  title: 'Proxy listener',
  description:
    'A port of the proxies, and where its requests go. A service of that port leads clients to it.',
  type: 'object',
  synonyms: {
    bind: 'port',
    acl: 'rules',
    default_backend: 'default',
    default_pool: 'default',
    monitor_uri: 'health_path',
  },
  refused: { certificate: 'TLS is not supported yet', tls: 'TLS is not supported yet' },
  properties: {
    port: { ...port, description: 'Port, on every address of every proxy.', examples: [80] },
    rules: {
      type: 'array',
      description: 'Rules in their order: the first that fits a request decides.',
      items: rule,
      maxItems: 1000,
      examples: [[{ host: 'app.example.org', pool: 'app' }]],
    },
    default: {
      type: 'string',
      description: 'Pool for what no rule takes. Without one it is answered 404.',
      ...givenName,
      examples: ['static'],
    },
    health_path: {
      ...path,
      description:
        "A path that the proxy itself answers with 200, so that the directors' HTTP check asks the proxy and no server behind it.",
      examples: ['/proxy-health'],
    },
  },
  required: ['port'],
  additionalProperties: false,
};

function seconds(description: string, usual: number): Schema {
  return {
    type: 'integer',
    description,
    minimum: 1,
    maximum: 86400,
    default: usual,
    examples: [usual],
  };
}

const example = {
  listeners: {
    web: {
      port: 80,
      rules: [
        { host: 'app.example.org', pool: 'app' },
        { path_prefix: '/api', pool: 'app' },
      ],
      default: 'static',
    },
  },
  pools: {
    app: { port: 8080, servers: { app01: { weight: 2 }, app02: {} } },
    static: { port: 8080, servers: ['static01'] },
  },
};

/** What hosts of the role proxy do with requests. */
export const proxy: Schema = {
  title: 'Proxy',
  description:
    'What the proxies (hosts with that role; HAProxy) do: they read HTTP requests and choose a pool of servers by host name and path. The proxies are real servers of a service, so that IPVS shares connections among them.',
  type: 'object',
  synonyms: {
    frontends: 'listeners',
    frontend: 'listeners',
    listen: 'listeners',
    backends: 'pools',
    backend: 'pools',
    upstreams: 'pools',
    timeout: 'timeouts',
    socket: 'stats_socket',
  },
  properties: {
    listeners: {
      title: 'Proxy listeners',
      description: 'Ports of the proxies, by names of your choice.',
      type: 'object',
      propertyNames: givenName,
      additionalProperties: listener,
      minProperties: 1,
      examples: [example.listeners],
    },
    pools,
    timeouts: {
      title: 'Proxy timeouts',
      description: 'How long the proxies wait, in seconds.',
      type: 'object',
      properties: {
        connect: seconds('For a server to accept a connection.', defaults.proxy.timeouts.connect),
        client: seconds('For a silent client.', defaults.proxy.timeouts.client),
        server: seconds('For a silent server.', defaults.proxy.timeouts.server),
        stop: seconds(
          'After a reload: how long the requests that are under way may take to end.',
          defaults.proxy.timeouts.stop,
        ),
      },
      additionalProperties: false,
      examples: [{ connect: 5, client: 30, server: 30, stop: 60 }],
    },
    stats_socket: {
      type: 'string',
      description: 'Socket on each proxy by which root asks it for its state, and tells it what to do.',
      ...socketPath,
      maxLength: 90,
      default: defaults.proxy.statsSocket,
      examples: [defaults.proxy.statsSocket],
    },
  },
  required: ['listeners', 'pools'],
  additionalProperties: false,
  examples: [example],
};
