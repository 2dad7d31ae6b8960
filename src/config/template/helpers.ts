import { isAtLeast, numbersOf } from '../../model/version.ts';
import { isTrue, TemplateFault, written } from './value.ts';

/** A function that a template can call; its arguments are values that are there. */
export interface Helper {
  /** How many arguments it takes: at least, at most. */
  readonly takes: readonly [least: number, most: number];
  readonly call: (...values: readonly unknown[]) => unknown;
  /** Takes what may be missing. */
  readonly lenient?: true;
  /** For the reference: an example of its use, and what it gives. */
  readonly example: string;
  readonly description: string;
}

/** The helpers of templates, beside {{#if}}, {{#unless}}, {{#each}} and {{#with}}. */
export const helpers: Readonly<Record<string, Helper>> = {
  eq: {
    takes: [2, 2],
    call: same,
    example: '{{#if (eq cluster.mode "static")}}',
    description: 'Whether two values are the same; a number and its text are.',
  },
  ne: {
    takes: [2, 2],
    call: (a, b) => !same(a, b),
    example: '{{#if (ne host.name "web01")}}',
    description: 'Whether they differ.',
  },
  not: {
    takes: [1, 1],
    call: value => !isTrue(value),
    example: '{{#if (not vars.debug)}}',
    description:
      'The contrary. Empty are: nothing, false, empty texts and lists. 0 is a value like any other.',
  },
  and: {
    takes: [2, 16],
    call: (...values) => values.every(isTrue),
    example: '{{#if (and vars.tls vars.port)}}',
    description: 'Whether none is empty.',
  },
  or: {
    takes: [2, 16],
    call: (...values) => values.some(isTrue),
    example: '{{#if (or vars.debug vars.trace)}}',
    description: 'Whether one is not empty.',
  },
  present: {
    takes: [1, 1],
    call: isTrue,
    lenient: true,
    example: '{{#if (present vars.motd)}}',
    description: 'Whether something is set and not empty: the only way to ask for what may be missing.',
  },
  atLeast: {
    takes: [2, 2],
    call: atLeast,
    lenient: true,
    example: '{{#if (atLeast versions.keepalived "2.2.0")}}',
    description: 'Whether a version is known and not older.',
  },
  join: {
    takes: [2, 2],
    call: join,
    example: '{{join host.roles ", "}}',
    description: 'A list as one text.',
  },
  indent: {
    takes: [2, 2],
    call: indent,
    example: '{{indent vars.block 4}}',
    description: 'A text with its lines moved to the right.',
  },
};

function same(a: unknown, b: unknown): boolean {
  return typeof a === typeof b ? a === b : String(a) === String(b);
}

function atLeast(version: unknown, least: unknown): boolean {
  if (numbersOf(least).length === 0) throw new TemplateFault(`atLeast: ${String(least)} is not a version`);
  return isAtLeast(version, String(least));
}

function join(list: unknown, between: unknown): string {
  if (!Array.isArray(list)) throw new TemplateFault('join needs a list');
  return list.map(entry => written(entry, 'an entry of the list')).join(String(between));
}

function indent(text: unknown, width: unknown): string {
  if (typeof width !== 'number') throw new TemplateFault('indent needs a text and a number of spaces');
  return written(text, 'the text').replaceAll(/^(?=.)/gm, ' '.repeat(width));
}
