import type { Schema } from '../../model/kind.ts';

/**
 * A program on a director that keepalived runs, as an argv. keepalived reads it from a quoted string, splits it at
 * spaces, and gives `$`, `~`, quotes, braces and comment signs a meaning (keepalived.conf(5)); none of these may be
 * in a word.
 */
export function scriptArgv(description: string, example: readonly string[]): Schema {
  return {
    type: 'array',
    description: `${description} The program by its whole path, and its arguments; no shell is involved.`,
    prefixItems: [
      {
        type: 'string',
        pattern: '^(/[A-Za-z0-9_+-][A-Za-z0-9_.+-]*)+$',
        patternErrorMessage: 'must be the whole path of a program: letters, digits and / _ . + -',
      },
    ],
    items: {
      type: 'string',
      pattern: '^[A-Za-z0-9_./:=,+@%^-]+$',
      patternErrorMessage: 'must be a word of letters, digits and _ . / : = , + @ % ^ -',
    },
    minItems: 1,
    maxItems: 32,
    examples: [example],
  };
}

/** A user of the hosts, who runs a script. */
export const scriptUser = {
  pattern: '^[a-z_][a-z0-9_-]{0,31}$',
  patternErrorMessage: 'must be the name of a user: at most 32 of a-z, 0-9, _ and -',
} as const;
