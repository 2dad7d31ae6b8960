import type { Schema } from '../../model/kind.ts';
import { defaults } from '../defaults.ts';
import { urlPath } from './text.ts';

const times = {
  connect_timeout: {
    type: 'integer',
    description: 'Seconds to wait for an answer.',
    minimum: 1,
    maximum: 3600,
    default: defaults.check.connectTimeout,
    examples: [8],
  },
  retries: {
    type: 'integer',
    description: 'Further tries before the real server is taken out.',
    minimum: 0,
    maximum: 100,
    default: defaults.check.retries,
    examples: [3],
  },
  retry_delay: {
    type: 'integer',
    description: 'Seconds between two tries.',
    minimum: 1,
    maximum: 3600,
    default: defaults.check.retryDelay,
    examples: [3],
  },
} satisfies Schema;

const checkSynonyms = {
  timeout: 'connect_timeout',
  retry: 'retries',
  nb_get_retry: 'retries',
  delay_before_retry: 'retry_delay',
  url: 'path',
  uri: 'path',
  status_code: 'status',
};

/** Health checks: `type` decides which keys there are. */
export const check: Schema = {
  title: 'Health check',
  description:
    'How keepalived finds out whether a real server works (director mode `keepalived`). Default: `tcp` for TCP, `none` for UDP.',
  type: 'object',
  discriminator: { propertyName: 'type' },
  oneOf: [
    {
      title: 'No check',
      description: 'Every real server counts as healthy.',
      properties: { type: { const: 'none' } },
      required: ['type'],
      additionalProperties: false,
    },
    {
      title: 'TCP check',
      description: 'It must accept a connection.',
      synonyms: checkSynonyms,
      properties: { type: { const: 'tcp' }, ...times },
      required: ['type'],
      additionalProperties: false,
    },
    {
      title: 'HTTP check',
      description: 'It must answer a request.',
      synonyms: checkSynonyms,
      properties: {
        type: { const: 'http' },
        path: {
          type: 'string',
          description: 'What to ask for.',
          ...urlPath,
          maxLength: 1024,
          default: defaults.check.path,
          examples: ['/health'],
        },
        status: {
          type: 'integer',
          description: 'The status that a healthy real server answers.',
          minimum: 100,
          maximum: 599,
          default: defaults.check.status,
          examples: [200],
        },
        ...times,
      },
      required: ['type'],
      additionalProperties: false,
    },
  ],
  synonyms: { tcp_check: 'tcp', http_get: 'http', https: 'http', off: 'none' },
  refused: { ssl: 'checks by TLS are not supported yet', misc: 'checks by a script are not supported yet' },
  examples: [{ type: 'tcp', connect_timeout: 8, retries: 3, retry_delay: 3 }],
};
