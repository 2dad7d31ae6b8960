import pLimit from 'p-limit';
import type { Reporter } from '../model/event.ts';
import { foldNames } from '../model/names.ts';
import { exit, Problem, view } from '../model/problem.ts';

/** How the work on one host ended: with a value, or with the Problem that stopped it. */
export type Outcome<Item, Value> =
  | { readonly item: Item; readonly value: Value }
  | { readonly item: Item; readonly problem: Problem };

/**
 * Runs the work for every item, at most `limit` at once, and waits for all: one host that fails does
 * not stop the others. Outcomes come in the order of the items. A throw that is no Problem is a bug
 * and ends the run.
 */
export async function forEach<Item, Value>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<Value>,
): Promise<readonly Outcome<Item, Value>[]> {
  const limited = pLimit({ concurrency: limit, rejectOnClear: true });
  return Promise.all(
    items.map(item =>
      limited(async (): Promise<Outcome<Item, Value>> => {
        try {
          return { item, value: await work(item) };
        } catch (error) {
          if (error instanceof Problem) return { item, problem: error };
          throw error;
        }
      }),
    ),
  );
}

/** Reports each Problem, then throws: the one, or one that sums up the many with the gravest exit code. */
export function demand<Item>(
  outcomes: readonly Outcome<Item, unknown>[],
  name: (item: Item) => string,
  report: Reporter,
): void {
  const failed = outcomes.flatMap(outcome => ('problem' in outcome ? [outcome] : []));
  for (const { item, problem } of failed)
    report({ event: 'host.failed', host: name(item), error: view(problem) });
  const stopped = failed.find(({ problem }) => problem.code === exit.interrupted);
  if (stopped) throw stopped.problem;
  const [first] = failed;
  if (first === undefined) return;
  const codes = failed.map(({ problem }) => problem.code);
  const gravest = [exit.failed, exit.input, exit.locked, exit.unreachable].find(code => codes.includes(code));
  throw new Problem(
    failed.length === 1
      ? `${name(first.item)} failed`
      : `${failed.length} hosts failed: ${foldNames(failed.map(({ item }) => name(item)))}`,
    { code: gravest ?? exit.failed },
  );
}

/** Waits for what writes nothing, and so may be left alone at once when the signal comes. */
export function unlessAborted<Value>(work: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
