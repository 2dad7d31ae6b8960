import type { Schema } from '../../model/kind.ts';
import { defaults } from '../defaults.ts';
import { checkSynonyms, connection, timeout, tries } from './check-parts.ts';
import { urlPath } from './text.ts';

const status = {
  type: 'integer',
  minimum: 100,
  maximum: 599,
} satisfies Schema;

const statusOrRange: Schema = {
  ...status,
  type: ['integer', 'string'],
  pattern: '^[1-5][0-9][0-9]-[1-5][0-9][0-9]$',
  patternErrorMessage: 'must be a status, or a range of them, such as 200-299',
};

const virtualHost: Schema = {
  type: 'string',
  description: "The name to ask for (the Host header). Default: the real server's address.",
  pattern: '^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?(:[0-9]{1,5})?$',
  patternErrorMessage: "must be a host's name",
  examples: ['www.example.org'],
};

/** What is asked for, and what the answer must be: keys of a check with one URL, and of each of several. */
const request = {
  path: {
    type: 'string',
    description: 'What to ask for.',
    ...urlPath,
    maxLength: 1024,
    default: defaults.check.path,
    examples: ['/health'],
  },
  status: {
    ...statusOrRange,
    type: ['integer', 'string', 'array'],
    description: 'The status that a healthy real server answers: one, a range, or a list of them.',
    items: statusOrRange,
    minItems: 1,
    maxItems: 32,
    default: defaults.check.status,
    examples: [200, '200-299', [200, 204, '300-399']],
  },
  digest: {
    type: 'string',
    description: 'MD5 sum of the body that a healthy real server answers (genhash(1)).',
    pattern: '^[0-9a-f]{32}$',
    patternErrorMessage: 'must be 32 of 0-9 and a-f',
    examples: ['9b3a0c85a887a256d6939da88aabd8cd'],
  },
  regex: {
    type: 'string',
    description:
      'A regular expression (PCRE) that must match the answer as a whole, so `^` is where its status line begins.',
    pattern: '^[A-Za-z0-9 _.,:;<>/=()|*+?^&%\\[\\]-]+$',
    patternErrorMessage:
      'must be made of letters, digits, spaces and _ . , : ; < > / = ( ) | * + ? ^ & % [ ] -, because keepalived.conf gives the others a meaning',
    maxLength: 512,
    examples: ['<title>[A-Z]+'],
  },
  regex_absent: {
    type: 'boolean',
    description: 'The regular expression must not match.',
    default: false,
    examples: [true],
  },
  virtual_host: virtualHost,
} satisfies { readonly [key: string]: Schema };

const requestSynonyms = {
  url: 'path',
  uri: 'path',
  status_code: 'status',
  code: 'status',
  regex_no_match: 'regex_absent',
  virtualhost: 'virtual_host',
  vhost: 'virtual_host',
  host: 'virtual_host',
};

/** A check by HTTP, over TLS or not. */
export function httpCheck(type: 'http' | 'https', title: string, description: string): Schema {
  const tls = {
    sni: {
      type: 'boolean',
      description: 'Says the virtual host in the TLS handshake (SNI).',
      default: false,
      examples: [true],
    },
  } satisfies { readonly [key: string]: Schema };
  return {
    title,
    description,
    synonyms: {
      ...checkSynonyms,
      ...requestSynonyms,
      protocol: 'http_protocol',
      http_version: 'http_protocol',
      ...(type === 'https' ? { enable_sni: 'sni' } : {}),
    },
    properties: {
      type: { const: type },
      ...request,
      urls: {
        type: 'array',
        description: 'Several requests, which all must be answered; instead of `path` and the rest.',
        items: {
          title: 'Request',
          description: 'One of them.',
          type: 'object',
          synonyms: requestSynonyms,
          properties: request,
          required: ['path'],
          additionalProperties: false,
        },
        minItems: 1,
        maxItems: 32,
        examples: [[{ path: '/health' }, { path: '/login', status: '200-399' }]],
      },
      http_protocol: {
        type: 'string',
        description: 'Version of HTTP; `1.0C` is 1.0 with `Connection: close`.',
        enum: ['1.0', '1.0C', '1.1'],
        default: '1.0',
        examples: ['1.1'],
      },
      fast_recovery: {
        type: 'boolean',
        description: 'Asks the URLs one right after the other when a real server comes back.',
        default: false,
        examples: [true],
      },
      ...(type === 'https' ? tls : {}),
      ...timeout,
      ...tries,
      ...connection,
    },
    required: ['type'],
    additionalProperties: false,
  };
}
