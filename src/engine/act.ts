import type { Change } from '../model/change.ts';
import type { Command, Result } from '../model/command.ts';
import type { Reporter } from '../model/event.ts';
import { Problem, view } from '../model/problem.ts';
import type { Transport } from '../model/transport.ts';

/**
 * Does the changes on one host, in order, as one batch after the commands of `before`, and reports each as it begins and ends. The first
 * step that fails ends the batch: nothing after it is tried, and the Problem says how far it came.
 */
export async function act(
  transport: Transport,
  host: string,
  changes: readonly Change[],
  before: readonly Command[],
  report: Reporter,
  signal?: AbortSignal,
): Promise<void> {
  const steps = [
    ...before.map(command => ({ command, change: undefined })),
    ...changes.flatMap(change => change.steps.map(command => ({ command, change }))),
  ];
  const clock = new Clock(host, report);
  clock.begin(steps[0]?.change);
  let failed: Problem | undefined;

  await transport.run(
    steps.map(step => step.command),
    {
      onResult(index, result) {
        const step = steps[index];
        if (step === undefined) return;
        if (result.code !== 0) {
          failed = failure(host, step, result, steps.length - index - 1);
          clock.fail(step.change, failed);
          return;
        }
        const next = steps[index + 1]?.change;
        if (next === step.change) return;
        clock.end(step.change);
        if (!signal?.aborted) clock.begin(next);
      },
      ...(signal ? { signal } : {}),
    },
  );
  if (failed) throw failed;
}

class Clock {
  #since = 0;
  readonly #host: string;
  readonly #report: Reporter;

  constructor(host: string, report: Reporter) {
    this.#host = host;
    this.#report = report;
  }

  begin(change: Change | undefined): void {
    this.#since = performance.now();
    if (change) this.#report({ event: 'change.started', ...this.#of(change) });
  }

  end(change: Change | undefined): void {
    const seconds = (performance.now() - this.#since) / 1000;
    if (change) this.#report({ event: 'change.done', ...this.#of(change), seconds });
  }

  fail(change: Change | undefined, problem: Problem): void {
    if (change) this.#report({ event: 'change.failed', ...this.#of(change), error: view(problem) });
  }

  #of({ address, action }: Change) {
    return { host: this.#host, address, action };
  }
}

function failure(
  host: string,
  { command, change }: { command: Command; change: Change | undefined },
  result: Result,
  left: number,
): Problem {
  const subject = change ? `${change.address}: ` : '';
  return new Problem(`${subject}${command.label ?? command.argv[0]} failed with exit code ${result.code}`, {
    where: host,
    why: said(command.secret ? { ...result, stdout: '' } : result),
    next:
      left === 0
        ? 'mend the cause and run the same command again'
        : `mend the cause and run the same command again: it goes on from here (${left} more steps were not tried)`,
  });
}

/** The last lines that a person needs; stderr first, as most programs complain there. */
function said({ stdout, stderr }: Result): string {
  const text = stderr.trim() || stdout.trim();
  return text === '' ? 'it printed nothing' : text.split('\n').slice(-12).join('\n');
}
