import { readFileSync } from 'node:fs';

/** A process and all below it, parents first. */
export function family(pid: number): readonly number[] {
  const text = read(`/proc/${pid}/task/${pid}/children`) ?? '';
  return [
    pid,
    ...text
      .trim()
      .split(' ')
      .filter(Boolean)
      .flatMap(one => family(Number(one))),
  ];
}

/**
 * Bytes that processes hold together: of pages that several of them share each has its part (Pss), so a program that forks
 * is not charged fifty times for what it has once. The high-water mark of a single one (VmHWM) goes before it, so
 * that a short peak between two looks is seen. proc(5).
 */
export function memoryOf(pids: readonly number[]): number {
  const shared = pids.reduce((sum, pid) => sum + kilobytes(read(`/proc/${pid}/smaps_rollup`), 'Pss'), 0);
  const marks = pids.map(pid => kilobytes(read(`/proc/${pid}/status`), 'VmHWM'));
  return Math.max(shared, ...marks, 0) * 1024;
}

function kilobytes(text: string | undefined, field: string): number {
  const [, digits] = new RegExp(`^${field}:\\s*(\\d+) kB$`, 'm').exec(text ?? '') ?? [];
  return Number(digits ?? 0);
}

/** Undefined where the process has ended. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
