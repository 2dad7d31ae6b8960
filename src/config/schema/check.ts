import type { Schema } from '../../model/kind.ts';
import { defaults } from '../defaults.ts';
import { checkSynonyms, connection, timeout, tries } from './check-parts.ts';
import { httpCheck } from './http-check.ts';
import { account, pathOnHost, script } from './script.ts';
import { ipAddress } from './text.ts';

/** One way to check: `keys` beside `type`. */
function branch(
  type: string,
  title: string,
  description: string,
  keys: { readonly [key: string]: Schema },
  synonyms: { readonly [word: string]: string } = {},
  required: readonly string[] = [],
): Schema {
  return {
    title,
    description,
    synonyms: { ...checkSynonyms, ...synonyms },
    properties: { type: { const: type }, ...keys },
    required: ['type', ...required],
    additionalProperties: false,
  };
}

const network = { ...timeout, ...tries, ...connection };

const hexDigits = (letters: string, words: string) => ({
  pattern: `^[0-9A-Fa-f${letters}]+( ?[0-9A-Fa-f${letters}]+)*$`,
  patternErrorMessage: `must be hexadecimal digits${words}`,
  maxLength: 1024,
});

const dns = {
  name: {
    type: 'string',
    description: 'The name to ask for.',
    pattern: '^(\\.|[A-Za-z0-9_]([A-Za-z0-9_-]{0,62}\\.?)+)$',
    patternErrorMessage: 'must be a domain name, or . for the root',
    maxLength: 253,
    default: defaults.check.dnsName,
    examples: ['www.example.org'],
  },
  record: {
    type: 'string',
    description: 'The type of record to ask for.',
    enum: ['A', 'AAAA', 'NS', 'CNAME', 'SOA', 'MX', 'TXT'],
    default: defaults.check.dnsRecord,
    examples: ['A'],
  },
} satisfies { readonly [key: string]: Schema };

const udp = {
  payload: {
    type: 'string',
    description: 'What to send, as hexadecimal digits. Default: something random.',
    ...hexDigits('', ', such as 70696e67'),
    examples: ['70696e67'],
  },
  reply: {
    type: ['boolean', 'string'],
    description:
      '`true`: there must be an answer. Hexadecimal digits: it must begin with these; an `x` stands for any digit. Without it only an ICMP error (port unreachable) is a failure.',
    ...hexDigits('xX', ' or x, such as 706f6exx'),
    default: false,
    examples: [true, '706f6e67'],
  },
  min_reply_length: {
    type: 'integer',
    description: 'Bytes that the answer must have at least.',
    minimum: 0,
    maximum: 65535,
    examples: [4],
  },
  max_reply_length: {
    type: 'integer',
    description: 'Bytes that the answer may have at most. Default: 255.',
    minimum: 1,
    maximum: 65535,
    examples: [512],
  },
} satisfies { readonly [key: string]: Schema };

const run = {
  run: script(
    'What to run: exit code 0 is healthy.',
    [['/usr/local/bin/check-web', '{rip}', '{port}']],
    'real server',
  ),
  timeout: {
    type: 'integer',
    description: 'Seconds after which the script is ended and has failed. Default: `delay_loop`.',
    minimum: 1,
    maximum: 3600,
    examples: [5],
  },
  dynamic_weight: {
    type: 'boolean',
    description: 'Exit code 1 is a failure, 0 keeps the weight, and 2 to 255 set it to two less.',
    default: false,
    examples: [true],
  },
  user: {
    ...account,
    description: 'User that the script runs as. Default: `keepalived.script_user`.',
    examples: ['nobody'],
  },
  group: { ...account, description: "Its group. Default: the user's.", examples: ['nogroup'] },
} satisfies { readonly [key: string]: Schema };

const file = {
  path: {
    type: 'string',
    description:
      'A file on the director that holds a number: 0 is healthy, any other a failure; with `weight` see there. `{host}`, `{rip}` and `{port}` stand for the real server.',
    ...pathOnHost,
    maxLength: 256,
    examples: ['/run/lvsform-health/{host}'],
  },
  weight: {
    type: 'integer',
    description: "The number in the file times this is added to the real server's weight, instead.",
    minimum: -65535,
    maximum: 65535,
    examples: [1],
  },
} satisfies { readonly [key: string]: Schema };

const milliseconds = (description: string, milliseconds: number): Schema => ({
  type: 'integer',
  description: `${description}, in milliseconds.`,
  minimum: 1,
  maximum: 178956,
  examples: [milliseconds],
});

const bfd = {
  neighbor: {
    ...ipAddress,
    description: "The BFD neighbour. Default: the real server's address.",
    examples: ['192.168.0.223'],
  },
  min_rx: milliseconds('Least time between two packets that are taken; default 10', 300),
  min_tx: milliseconds('Least time between two packets that are sent; default 10', 300),
  idle_tx: milliseconds('Time between two packets while the session is down; default 1000', 1000),
  multiplier: {
    type: 'integer',
    description: 'Packets that may be missing before the session is down. Default: 5.',
    minimum: 1,
    maximum: 255,
    examples: [3],
  },
  passive: {
    type: 'boolean',
    description: 'Waits for the neighbour to begin.',
    default: false,
    examples: [true],
  },
  max_hops: {
    type: 'integer',
    description: 'Routers that may be on the way. Default: none.',
    minimum: 0,
    maximum: 255,
    examples: [1],
  },
} satisfies { readonly [key: string]: Schema };

const helo: Schema = {
  type: 'string',
  description: 'The name to say HELO with. Default: keepalived.',
  pattern: '^[A-Za-z0-9]([A-Za-z0-9.-]{0,61}[A-Za-z0-9])?$',
  patternErrorMessage: "must be a host's name",
  examples: ['lvs.example.org'],
};

/** Health checks: `type` decides which keys there are. */
export const check: Schema = {
  title: 'Health check',
  description: 'One way by which keepalived finds out whether a real server works.',
  type: 'object',
  discriminator: { propertyName: 'type' },
  oneOf: [
    branch('none', 'No check', 'Every real server counts as healthy.', {}),
    branch('tcp', 'TCP check', 'It must accept a connection.', network),
    httpCheck('http', 'HTTP check', 'It must answer a request.'),
    httpCheck('https', 'HTTPS check', 'It must answer a request over TLS; its certificate is not verified.'),
    branch(
      'smtp',
      'SMTP check',
      'It must greet, and answer HELO.',
      { helo, ...network },
      { helo_name: 'helo' },
    ),
    branch(
      'dns',
      'DNS check',
      'It must answer a question, over UDP.',
      { ...dns, ...network },
      { query: 'name', qname: 'name', domain: 'name', query_type: 'record', qtype: 'record' },
    ),
    branch(
      'udp',
      'UDP check',
      'Its port must take what is sent there, and answer if asked to.',
      { ...udp, ...network },
      { require_reply: 'reply', expect: 'reply', send: 'payload' },
    ),
    branch('ping', 'Ping check', 'It must answer a ping.', network),
    branch(
      'script',
      'Script check',
      'A script on the director must say that it works.',
      { ...run, ...tries },
      {
        misc_path: 'run',
        script: 'run',
        command: 'run',
        path: 'run',
        argv: 'run',
        misc_timeout: 'timeout',
        connect_timeout: 'timeout',
        misc_dynamic: 'dynamic_weight',
        dynamic: 'dynamic_weight',
      },
      ['run'],
    ),
    branch(
      'file',
      'File check',
      'A file on the director must say that it works. keepalived sees a change at once.',
      file,
      { track_file: 'path', file: 'path' },
      ['path'],
    ),
    branch(
      'bfd',
      'BFD check',
      'A BFD session (RFC 5880) with it must be up; a BFD daemon runs on the real server.',
      bfd,
      { neighbor_ip: 'neighbor', neighbour: 'neighbor', neighbour_ip: 'neighbor' },
    ),
  ],
  synonyms: {
    tcp_check: 'tcp',
    http_get: 'http',
    ssl_get: 'https',
    ssl: 'https',
    tls: 'https',
    smtp_check: 'smtp',
    dns_check: 'dns',
    misc: 'script',
    misc_check: 'script',
    exec: 'script',
    command: 'script',
    udp_check: 'udp',
    ping_check: 'ping',
    icmp: 'ping',
    file_check: 'file',
    track_file: 'file',
    bfd_check: 'bfd',
    off: 'none',
  },
  examples: [{ type: 'tcp', connect_timeout: 8, retries: 3, retry_delay: 3 }],
};

/** A `check`: one, or a list of which all must pass. */
export const checks: Schema = {
  anyOf: [
    { $ref: '#/$defs/check' },
    { type: 'array', items: { $ref: '#/$defs/check' }, minItems: 1, maxItems: 16 },
  ],
};
