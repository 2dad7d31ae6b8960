import type { Schema } from '../../model/kind.ts';

const word = '[A-Za-z0-9@%_+=:,./-]+';

/** What a script's words may stand for: the real server that it is about. */
export const placeholders = ['{host}', '{rip}', '{port}'] as const;

const placeholder = '\\{(host|rip|port)\\}';

/** A path on a director, in which placeholders may stand. */
export const pathOnHost = {
  pattern: `^/([A-Za-z0-9@%_+=:,./-]|${placeholder})+$`,
  patternErrorMessage:
    'must be an absolute path of letters, digits and @ % _ + = : , . / -, in which {host}, {rip} and {port} may stand',
} as const;

/**
 * A program that keepalived starts on the director, as a list of words. No word needs quotes, so that none can be
 * broken by them: keepalived.conf knows several kinds, and `$` and `{` besides.
 */
export function script(
  description: string,
  examples: readonly (readonly string[])[],
  about: 'real server' | 'service',
) {
  const own = about === 'real server';
  return {
    type: 'array',
    description: `${description} A list: the program, with its whole path, and its arguments.${own ? ' `{host}`, `{rip}` and `{port}` stand for the real server.' : ''}`,
    items: {
      type: 'string',
      pattern: own ? `^(${word}|${placeholder})+$` : `^${word}$`,
      patternErrorMessage: own
        ? 'must be a word of letters, digits and @ % _ + = : , . / -, in which {host}, {rip} and {port} may stand'
        : 'must be a word of letters, digits and @ % _ + = : , . / -',
      maxLength: 256,
    },
    minItems: 1,
    maxItems: 32,
    examples: examples.map(words => [...words]),
  } satisfies Schema;
}

/** A user or group of the director, under whose name a script runs. */
export const account = {
  type: 'string',
  pattern: '^[a-z_][a-z0-9_-]{0,31}$',
  patternErrorMessage: 'must be the name of a user or group: at most 32 of a-z, 0-9, _ and -',
} as const;
