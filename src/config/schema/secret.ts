import type { Schema } from '../../model/kind.ts';
import { localPath } from './text.ts';

/** A secret: itself, or where to get it. `literal` restrains the text (keywords for strings). */
export function secret(title: string, description: string, literal: Schema = {}): Schema {
  return {
    title,
    summary: description,
    description: `${description} The secret itself, or a reference: \`{ env: NAME }\`, \`{ file: path }\` or \`{ command: [program, argument] }\`.`,
    secret: true,
    type: ['string', 'number', 'object'],
    minimum: 0,
    minLength: 1,
    maxLength: 4096,
    pattern: '^[^\\p{Cc}\\p{Zl}\\p{Zp}]*$',
    ...literal,
    properties: {
      env: {
        type: 'string',
        description: 'Name of an environment variable that holds the secret.',
        pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
        examples: ['VRRP_PASS'],
      },
      file: {
        type: 'string',
        description:
          'A file that holds the secret, relative to the inventory. One line end at its end does not count.',
        ...localPath,
        examples: ['secrets/vrrp'],
      },
      command: {
        type: 'array',
        description: 'A program and its arguments; what it prints is the secret. No shell is involved.',
        items: { type: 'string' },
        minItems: 1,
        examples: [['pass', 'show', 'lvs/vrrp']],
      },
    },
    minProperties: 1,
    maxProperties: 1,
    additionalProperties: false,
  };
}
