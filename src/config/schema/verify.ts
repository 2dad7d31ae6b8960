import type { Schema } from '../../model/kind.ts';
import { defaults } from '../defaults.ts';
import { urlPath } from './text.ts';

/** Texts that arrive on the client as data, never as code: all but what no program takes as an argument. */
const text: Schema = {
  type: 'string',
  minLength: 1,
  maxLength: 4096,
  pattern: '^[^\\u0000]*$',
  patternErrorMessage: 'must be a text without the character NUL',
};

/** How a service is asked from its clients. */
export const verify: Schema = {
  title: 'Verification',
  description:
    'How `lvsform verify` asks this service, from each client. The IPVS counters tell which real server served; an answer that holds the name or address of just one of them tells even the order.',
  type: 'object',
  synonyms: { url: 'path', uri: 'path', argv: 'run', command: 'run', query: 'name', count: 'requests' },
  properties: {
    type: {
      type: 'string',
      description:
        '`http`, `https`: asks for a page. `connect`: connects over TCP, and may `send` and `expect` a text. `memcached`, `redis`, `postgresql`: asks it a question of its own, over TCP. `dns`: asks for a `name`, over UDP or TCP. `command`: runs a program on the client. `none`: does not ask. Default: by the port (80, 443, 53, 11211, 6379, 5432 and usual others), else `connect` for TCP and `none` for UDP and SCTP. A service by firewall mark is asked at each of its VIPs and ports, and `http` asks port 443 by TLS.',
      enum: ['http', 'https', 'connect', 'memcached', 'redis', 'postgresql', 'dns', 'command', 'none'],
      synonyms: {
        tcp: 'connect',
        tls: 'https',
        ssl: 'https',
        udp: 'command',
        sctp: 'command',
        script: 'command',
        exec: 'command',
        postgres: 'postgresql',
        off: 'none',
      },
      examples: ['http'],
    },
    path: {
      type: 'string',
      description: 'What to ask for by HTTP.',
      ...urlPath,
      maxLength: 1024,
      default: defaults.verify.path,
      examples: ['/'],
    },
    host: {
      type: 'string',
      description: 'Name of the site to ask for by HTTP or HTTPS. Default: the address.',
      pattern: '^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$',
      patternErrorMessage: 'must be a host name, such as www.example.org',
      examples: ['www.example.org'],
    },
    certificate: {
      type: 'string',
      description:
        '`check`: the certificate must fit `host`, and the client must trust who signed it. `ignore`: any will do, as what is asked is an address.',
      enum: ['ignore', 'check'],
      default: defaults.verify.certificate,
      examples: ['check'],
    },
    send: {
      ...text,
      description: 'What to send, with `connect`.',
      examples: ['QUIT\r\n'],
    },
    expect: {
      ...text,
      description:
        'What each answer must contain, as it stands here. Default: any answer will do; a page must come with a status below 400, a command end with exit code 0.',
      examples: ['220 '],
    },
    name: {
      type: 'string',
      description: 'The name to ask for, with `dns`.',
      pattern: '^[A-Za-z0-9_]([A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?\\.?$',
      patternErrorMessage: 'must be a name of DNS, such as www.example.org',
      default: defaults.verify.name,
      examples: ['www.example.org'],
    },
    run: {
      type: 'array',
      description:
        'The program and its arguments, with `command`. No shell reads them; `{{address}}` and `{{port}}` stand for where the service is.',
      items: text,
      minItems: 1,
      maxItems: 256,
      examples: [['mysqladmin', '--host={{address}}', '--port={{port}}', 'ping']],
    },
    packages: {
      type: 'array',
      description: 'Packages that the client needs for `run`; `up` installs them there.',
      items: {
        type: 'string',
        pattern: '^[A-Za-z0-9][A-Za-z0-9+._-]*$',
        patternErrorMessage: 'must be the name of a package',
      },
      maxItems: 64,
      uniqueItems: true,
      examples: [['default-mysql-client']],
    },
    requests: {
      type: 'integer',
      description:
        'Requests from each client; more are made where a scheduler shows what it does only after more.',
      minimum: 1,
      maximum: 10000,
      default: defaults.verify.requests,
      examples: [8],
    },
    hold: {
      type: 'integer',
      description:
        'TCP connections that one client holds open at once, at most and for seconds, where the scheduler goes by those that are open (`lc`, `wlc`, `sed`, `nq`, `ovf`, `lblcr`); 0: none.',
      minimum: 0,
      maximum: 200,
      default: defaults.verify.hold,
      examples: [24],
    },
  },
  additionalProperties: false,
  examples: [
    { type: 'http', path: '/', requests: 8 },
    { type: 'connect', expect: '220 ' },
    { type: 'command', run: ['nc', '-w1', '{{address}}', '{{port}}'], packages: ['netcat-openbsd'] },
  ],
};
