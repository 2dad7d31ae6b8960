import type { Options } from './command.ts';
import { commands } from './table.ts';

/** `lvsform --help`. */
export function overview(): string {
  return `lvsform: LVS clusters as code, over SSH

usage: lvsform COMMAND [options]

${columns(Object.entries(commands).map(([name, { summary }]): [string, string] => [name, summary]))}

lvsform COMMAND --help shows the options of a command.
Exit codes: 0 ok, 1 failed, 2 changes (plan --detailed-exitcode), 3 bad input,
4 unreachable, 5 locked, 64 usage, 130 interrupted.
`;
}

/** `lvsform COMMAND --help`; undefined for a command that is not there. */
export function helpOf(name: string): string | undefined {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) return undefined;
  const { summary, usage, options } = command;
  return `lvsform ${name}: ${summary}

usage: lvsform ${name}${usage ? ` ${usage}` : ''} [options]

${columns(optionRows(options))}
`;
}

function optionRows(options: Options): readonly [string, string][] {
  return Object.entries(options).map(([name, { short, value, description }]): [string, string] => [
    `${short ? `-${short}, ` : '    '}--${name}${value ? ` ${value}` : ''}`,
    description,
  ]);
}

function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  return rows.map(([left, right]) => `  ${left.padEnd(width)}${right}`).join('\n');
}
