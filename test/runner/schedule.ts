import type { TestFile } from './test-file.ts';

/**
 * Runs the files on as many slots as given, at most one of the lab at a time. The lab starts at once
 * and the others fill up the slots beside it; what may take longest goes first in either queue.
 */
export async function schedule(
  files: readonly TestFile[],
  slots: number,
  run: (file: TestFile) => Promise<void>,
): Promise<void> {
  const queued = files.toSorted((a, b) => b.timeoutSeconds - a.timeoutSeconds);
  const lab = queued.filter(file => file.lab);
  const others = queued.filter(file => !file.lab);
  const work = async (queues: readonly TestFile[][]) => {
    for (const queue of queues) {
      for (let file = queue.shift(); file !== undefined; file = queue.shift()) await run(file);
    }
  };
  const beside = Array.from({ length: Math.max(0, slots - 1) }, () => work([others]));
  await Promise.all([work([lab, others]), ...beside]);
}
