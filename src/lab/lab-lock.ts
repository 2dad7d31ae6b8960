import { exit, Problem } from '../model/problem.ts';
import { lock } from './lock.ts';
import { labPaths } from './paths.ts';
import { type OnProgress, progress } from './progress.ts';

/** Runs `body` as the only one who changes the lab; with `remove`, the lock leaves no file. */
export async function withLabLock<Result>(
  name: string,
  body: () => Promise<Result>,
  how: {
    readonly tell?: OnProgress;
    readonly signal?: AbortSignal | undefined;
    readonly remove?: boolean;
  } = {},
): Promise<Result> {
  if (process.geteuid?.() !== 0) {
    throw new Problem('a lab is changed by root alone', {
      code: exit.failed,
      next: 'run the command as root',
    });
  }
  const onWait = () => how.tell?.(progress(`waiting for another command that changes the lab ${name}`));
  const held = await lock(labPaths(name).lock, onWait, how.signal);
  try {
    return await body();
  } finally {
    await held.release({ remove: how.remove ?? false });
  }
}
