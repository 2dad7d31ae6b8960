import type { Schema } from '../../model/kind.ts';
import { defaults } from '../defaults.ts';
import { urlPath } from './text.ts';

/** How a service is asked from its clients. */
export const verify: Schema = {
  title: 'Verification',
  description: 'How `lvsform verify` asks this service, from each client.',
  type: 'object',
  properties: {
    type: {
      type: 'string',
      description:
        '`http`: asks for a page, which tells the real server. `connect`: connects, and IPVS counters tell. Default: `http` for TCP ports 80, 8000, 8008, 8080 and 8888, else `connect`.',
      enum: ['http', 'connect'],
      synonyms: { tcp: 'connect', udp: 'connect', https: 'connect' },
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
    requests: {
      type: 'integer',
      description: 'Requests from each client.',
      minimum: 1,
      maximum: 10000,
      default: defaults.verify.requests,
      examples: [8],
    },
  },
  additionalProperties: false,
  examples: [{ type: 'http', path: '/', requests: 8 }],
};
