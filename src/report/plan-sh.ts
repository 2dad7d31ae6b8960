import type { Plan } from '../model/change.ts';
import type { Argv, Command } from '../model/command.ts';
import { printable } from './text.ts';

/**
 * A plan as a shell script for reading: what would run on each host, in order. Secrets are not in it, so it is
 * a description and not something to run.
 */
export function planSh(plan: Plan, quote: (argv: Argv) => string): string {
  const blocks = plan.hosts.map(({ host, stage, changes }) =>
    [
      `# host ${host}, stage ${stage}`,
      ...changes.flatMap(({ address, action, steps }) => [
        `# ${action} ${printable(address).replaceAll('\n', '\\n')}`,
        ...steps.map(step => line(step, quote)),
      ]),
    ].join('\n'),
  );
  return `${['#!/bin/sh', '# What lvsform would run; a description: inputs that hold secrets are left out.', ...blocks].join('\n\n')}\n`;
}

function line({ argv, stdin, secret }: Command, quote: (argv: Argv) => string): string {
  const words = printable(quote(argv));
  if (stdin === undefined) return words;
  return `printf %s ${secret ? "'(secret)'" : printable(quote([stdin]))} | ${words}`;
}
