import { parseArgs } from 'node:util';
import { closest } from '../model/closest.ts';
import { exit, Problem } from '../model/problem.ts';
import type { Options, Values } from './command.ts';

/** Reads arguments by an option table. What it does not know is a usage Problem (exit code 64). */
export function readArguments(
  argv: readonly string[],
  options: Options,
): { args: readonly string[]; values: Values } {
  let parsed: { values: { [name: string]: unknown }; positionals: string[] };
  try {
    parsed = parseArgs({
      args: [...argv],
      options: parserTable(options),
      allowPositionals: true,
      strict: true,
    });
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const unknown = /Unknown option '-{0,2}([^']+)'/.exec(text)?.[1];
    if (unknown === undefined) throw usage(text.split('. ')[0] ?? text);
    const near = closest(unknown, Object.keys(options));
    throw usage(
      `there is no option ${unknown.length === 1 ? '-' : '--'}${unknown}`,
      near && `did you mean --${near}?`,
    );
  }
  return { args: parsed.positionals, values: valuesOf(parsed.values) };
}

/** A mistake on the command line. */
export function usage(what: string, next?: string): Problem {
  return new Problem(what, {
    code: exit.usage,
    next: next ?? 'lvsform --help lists the commands, lvsform COMMAND --help its options',
  });
}

type ParserOption = { type: 'string' | 'boolean'; short?: string; multiple?: boolean };

function parserTable(options: Options): { [name: string]: ParserOption } {
  return Object.fromEntries(
    Object.entries(options).map(([name, { type, short, multiple }]): [string, ParserOption] => [
      name,
      { type, ...(short && { short }), ...(multiple && { multiple }) },
    ]),
  );
}

function valuesOf(values: { [name: string]: unknown }): Values {
  const text = (name: string) => (typeof values[name] === 'string' ? values[name] : undefined);
  return {
    text,
    texts: name => (Array.isArray(values[name]) ? values[name].map(String) : []),
    flag: name => values[name] === true,
    number(name, fallback, least) {
      const given = text(name);
      if (given === undefined) return fallback;
      const number = Number(given);
      if (!Number.isInteger(number) || given.trim() === '' || number < least) {
        throw usage(`--${name} takes a whole number of at least ${least}, not "${given}"`);
      }
      return number;
    },
  };
}
