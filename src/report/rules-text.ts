import type { Paint } from './paint.ts';
import { printable } from './text.ts';

/** What is shown of a rule's verdict; verify's own type fits. */
export interface RuleVerdictView {
  readonly client: string;
  readonly listener: string;
  readonly target: string;
  readonly rule: string;
  readonly expected: string;
  readonly requests: number;
  readonly answered: number;
  readonly servers: readonly { readonly host: string; readonly seen: number }[];
  readonly address: 'client' | 'other' | 'untold';
  readonly faults: readonly string[];
  readonly notes: readonly string[];
}

/** A block for each client and rule: where its requests went, and what is wrong with that. */
export function rulesText(verdicts: readonly RuleVerdictView[], paint: Paint): string {
  return verdicts.map(verdict => `${ruleText(verdict, paint)}\n`).join('');
}

function ruleText(verdict: RuleVerdictView, paint: Paint): string {
  const { client, listener, target, rule, expected, requests, answered, servers, address } = verdict;
  const mark = verdict.faults.length === 0 ? paint.good('✓') : paint.bad('✗');
  const shares = servers.map(({ host, seen }) => `${host} ${seen}`).join(', ');
  const known = address === 'client' ? ", which saw the client's address" : '';
  return [
    `${mark} ${paint.title(client)} -> ${listener} (${target}), ${printable(rule)}: ${answered} of ${requests} answered, ${expected}`,
    ...(shares === '' ? [] : [`    ${shares}${known}`]),
    ...verdict.faults.map(fault => `    ${paint.bad(printable(fault))}`),
    ...verdict.notes.map(note => `    ${paint.faint(printable(note))}`),
  ].join('\n');
}
