import type { Plan } from '../model/change.ts';
import type { Command } from '../model/command.ts';
import { concealed } from '../model/secret.ts';
import { printableJson } from './text.ts';

/** A plan as it is saved and printed: plain JSON; what a secret command gets on stdin is not in it. */
export function planJson(plan: Plan): string {
  return `${printableJson({ v: 1, ...withoutSecrets(plan) }, 2)}\n`;
}

/** The same plan with the inputs of secret commands taken out: fit for files and events. */
export function withoutSecrets(plan: Plan): Plan {
  return {
    ...plan,
    hosts: plan.hosts.map(host => ({
      ...host,
      changes: host.changes.map(change => ({
        ...change,
        steps: change.steps.map(shown),
        undo: change.undo.map(shown),
      })),
    })),
  };
}

function shown(command: Command): Command {
  return command.secret && command.stdin !== undefined ? { ...command, stdin: concealed } : command;
}
