import type { Paint } from './paint.ts';
import { printable } from './text.ts';

/** What is shown of a verdict; verify's own type fits. */
export interface VerdictView {
  readonly client: string;
  readonly service: string;
  readonly target: string;
  readonly scheduler: string;
  readonly requests: number;
  readonly answered: number;
  readonly sequence: readonly string[];
  readonly servers: readonly {
    readonly host: string;
    readonly weight: number;
    readonly expected: number | undefined;
    readonly seen: number;
    readonly held: number | undefined;
  }[];
  readonly promise: string;
  readonly faults: readonly string[];
  readonly notes: readonly string[];
}

/** A block for each client and service: who answered, in which order, expected against seen. */
export function verdictsText(verdicts: readonly VerdictView[], paint: Paint): string {
  return verdicts.map(verdict => `${verdictText(verdict, paint)}\n`).join('');
}

function verdictText(verdict: VerdictView, paint: Paint): string {
  const { client, service, target, answered, requests, scheduler, sequence, servers } = verdict;
  const { promise, faults, notes } = verdict;
  const mark = faults.length === 0 ? paint.good('✓') : paint.bad('✗');
  const shown = sequence.length > 12 ? [...sequence.slice(0, 12), '...'] : sequence;
  return [
    `${mark} ${paint.title(client)} -> ${service} (${target}, ${scheduler}): ${answered} of ${requests} answered`,
    ...(shown.length > 0 ? [`    ${printable(shown.join(', '))}`] : []),
    `    ${servers.map(share).join(', ')}`,
    `    ${paint.faint(printable(promise))}`,
    ...faults.map(fault => `    ${paint.bad(printable(fault))}`),
    ...notes.map(note => `    ${paint.faint(printable(note))}`),
  ].join('\n');
}

function share({ host, weight, expected, seen, held }: VerdictView['servers'][number]): string {
  const promise = expected === undefined ? `weight ${weight}` : `expected ${Math.round(expected * 10) / 10}`;
  return `${host} ${seen} (${promise}${held === undefined ? '' : `, ${held} held`})`;
}

interface LoadView {
  readonly requests: number;
  readonly failed: number;
  readonly rate: number;
  readonly gap: number;
}

interface FailoverView {
  readonly master: string;
  readonly backup: string;
  readonly client: string;
  readonly away: LoadView;
  readonly back: LoadView;
  readonly faults: readonly string[];
}

/** What a client saw of a failover and of the way back. */
export function failoverText(seen: FailoverView, paint: Paint): string {
  const mark = seen.faults.length === 0 ? paint.good('✓') : paint.bad('✗');
  const line = (what: string, { requests, failed, rate, gap }: LoadView) =>
    `${mark} ${what}: ${failed} of ${requests} requests failed (${Math.round(rate)}/s from ${seen.client}), gap ${gap.toFixed(2)} s
`;
  return (
    line(`keepalived stopped on ${seen.master}, the VIP went to ${seen.backup}`, seen.away) +
    line(`started again, the VIP came back to ${seen.master}`, seen.back) +
    seen.faults
      .map(
        fault => `    ${paint.bad(printable(fault))}
`,
      )
      .join('')
  );
}
