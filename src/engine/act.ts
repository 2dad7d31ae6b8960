import type { Change } from '../model/change.ts';
import type { Command, Result } from '../model/command.ts';
import type { Reporter } from '../model/event.ts';
import { Problem, view } from '../model/problem.ts';
import type { Transport } from '../model/transport.ts';
import { lostAt } from './lost-at.ts';

/** A command of a batch, and the change that it is for. */
export interface Step {
  readonly command: Command;
  readonly change?: Change;
  /** Called when it has been done. */
  readonly done?: () => void;
}

/** A change whose step failed; nothing after it was tried. */
export class StepFailure extends Problem {
  readonly change: Change | undefined;

  constructor(
    change: Change | undefined,
    what: string,
    details: { where: string; why: string; next: string },
  ) {
    super(what, details);
    this.change = change;
  }
}

/** The steps of changes, in order. */
export function stepsOf(changes: readonly Change[]): readonly Step[] {
  return changes.flatMap(change => change.steps.map(command => ({ command, change })));
}

/**
 * Does steps on one host, in order, as one batch, and reports each change as it begins and ends. The first step that
 * fails ends the batch: nothing after it is tried, and the StepFailure says how far it came.
 */
export async function act(
  transport: Transport,
  host: string,
  steps: readonly Step[],
  report: Reporter,
  signal?: AbortSignal,
): Promise<void> {
  const clock = new Clock(host, report);
  clock.begin(steps[0]?.change);
  let failed: StepFailure | undefined;
  let ended = 0;

  const batch = transport.run(
    steps.map(step => step.command),
    {
      onResult(index, result) {
        ended = index + 1;
        const step = steps[index];
        if (step === undefined) return;
        if (result.code !== 0) {
          failed = failure(host, step, result, steps.length - index - 1);
          clock.fail(step.change, failed);
          return;
        }
        step.done?.();
        const next = steps[index + 1]?.change;
        if (next === step.change) return;
        clock.end(step.change);
        if (!signal?.aborted) clock.begin(next);
      },
      ...(signal ? { signal } : {}),
    },
  );
  await batch.catch((error: unknown) => {
    const step = steps[ended];
    throw lostAt(host, error, step && underWay(step, ended));
  });
  if (failed) throw failed;
}

/** What is true where the connection was lost: nobody knows what became of the step that was under way. */
function underWay({ command, change }: Step, done: number): string {
  const at = [change?.address, command.label ?? command.argv[0]]
    .filter(word => word !== undefined)
    .join(': ');
  const before =
    done === 0 ? '' : `; ${done === 1 ? 'the step before it is' : `the ${done} steps before it are`} done`;
  return `it was at ${at}, which may be done or not${before}`;
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

function failure(host: string, { command, change }: Step, result: Result, left: number): StepFailure {
  const subject = change ? `${change.address}: ` : '';
  return new StepFailure(
    change,
    `${subject}${command.label ?? command.argv[0]} failed with exit code ${result.code}`,
    {
      where: host,
      why: said(command.secret ? { ...result, stdout: '' } : result),
      next:
        left === 0
          ? 'mend the cause and run the same command again'
          : `mend the cause and run the same command again: it goes on from here (${left} more steps were not tried)`,
    },
  );
}

/** The last lines that a person needs; stderr first, as most programs complain there. */
function said({ stdout, stderr }: Result): string {
  const text = stderr.trim() || stdout.trim();
  return text === '' ? 'it printed nothing' : text.split('\n').slice(-12).join('\n');
}
