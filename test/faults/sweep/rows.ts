import type { Hold } from '../light/host.ts';

/** What befalls the controller, or its connection. */
export const faults = ['cut', 'kill', 'interrupt'] as const;
export type FaultName = (typeof faults)[number];

/** A row of the sweep: at one point of the work on one host, one fault. */
export interface Row {
  /** For people: `web01 step 7 lvsform-write-file, during (mv 3), cut`. */
  readonly name: string;
  /** Which host of the scene. */
  readonly host: number;
  readonly hold: Hold;
  readonly fault: FaultName;
}

/** What a host's log of an undisturbed run says: its steps with the calls that each makes, and how many reads come before each. */
export interface Recorded {
  readonly name: string;
  readonly log: readonly string[];
}

/**
 * Every step before, in the middle and after (done, and nobody has been told), and each batch of reads in its middle, with every fault.
 * A step that calls other programs is held at another of these with each fault: the first, one in the middle, the last.
 */
export function rowsOf(recorded: readonly Recorded[]): readonly Row[] {
  return recorded.flatMap(({ name, log }, host) => [
    ...stepRows(name, host, log),
    ...readRows(name, host, log),
  ]);
}

function stepRows(name: string, host: number, log: readonly string[]): readonly Row[] {
  const calls = new Map(
    log.flatMap(line => {
      const [, step, count] = /^calls (\d+) (\d+)$/.exec(line) ?? [];
      return step === undefined ? [] : [[step, Number(count)] as const];
    }),
  );
  return log.flatMap(line => {
    const [, step, what = ''] = /^step (\d+) (.*)$/.exec(line) ?? [];
    if (step === undefined) return [];
    const number = Number(step);
    const count = calls.get(step) ?? 0;
    const about = `${name} step ${number} ${what.slice(0, 40)}`;
    // What a host keeps of a timed undo is written before each change: one fault each will do.
    const some = what === 'lvsform-mark-undo' ? [faults[number % faults.length] ?? 'cut'] : faults;
    return some.flatMap((fault): readonly Row[] => {
      const turn = faults.indexOf(fault);
      const call = [1, Math.ceil(count / 2), count][turn] ?? 1;
      const during: Hold =
        count === 0
          ? { kind: 'step', number, when: 'before' }
          : { kind: 'step', number, when: 'during', call };
      return [
        { name: `${about}, before, ${fault}`, host, hold: { kind: 'step', number, when: 'before' }, fault },
        { name: `${about}, during (call ${count === 0 ? 0 : call}), ${fault}`, host, hold: during, fault },
        { name: `${about}, after, ${fault}`, host, hold: { kind: 'step', number, when: 'after' }, fault },
      ];
    });
  });
}

function readRows(name: string, host: number, log: readonly string[]): readonly Row[] {
  const batches: number[][] = [[]];
  for (const line of log) {
    const [, read] = /^read (\d+) /.exec(line) ?? [];
    if (read !== undefined) batches.at(-1)?.push(Number(read));
    else if (line.startsWith('step') && batches.at(-1)?.length !== 0) batches.push([]);
  }
  return batches.flatMap((batch, index) => {
    const number = batch[Math.floor(batch.length / 2)];
    if (number === undefined) return [];
    return faults.map((fault): Row => {
      const hold: Hold = { kind: 'read', number, when: 'before' };
      return { name: `${name} reads ${index + 1}, during, ${fault}`, host, hold, fault };
    });
  });
}

/** So many of the rows, spread over all of them; always the same ones. */
export function sample(rows: readonly Row[], count: number): readonly Row[] {
  if (count >= rows.length) return rows;
  // A stride in the golden ratio comes to each step, moment and fault in turn; one with no factor in common to no row twice.
  let stride = Math.round(rows.length * 0.618);
  while (common(stride, rows.length) > 1) stride += 1;
  return Array.from({ length: count }, (_, index) => (index * stride) % rows.length)
    .sort((a, b) => a - b)
    .flatMap(index => rows[index] ?? []);
}

function common(a: number, b: number): number {
  return b === 0 ? a : common(b, a % b);
}
