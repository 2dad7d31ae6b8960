import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type FileHandle, mkdir, open, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Problem } from '../model/problem.ts';

export interface Lock {
  /** Lets the next one in. With `remove`, the lock's file goes too. */
  release(how?: { readonly remove: boolean }): Promise<void>;
}

/**
 * Takes the exclusive lock on a file, waiting for it; `onWait` is called once if another process
 * holds it. The lock belongs to this process's open file, which flock(1) only locks on its behalf,
 * so the kernel releases it however this process ends.
 */
export async function lock(path: string, onWait: () => void, signal?: AbortSignal): Promise<Lock> {
  for (;;) {
    const file = await opened(path);
    try {
      if (!(await flock(file.fd, ['--nonblock'], signal))) {
        onWait();
        await flock(file.fd, [], signal);
      }
      // Whoever held it may have removed the file; then the lock is on nothing that others see.
      const named = await stat(path).catch(() => undefined);
      if (named?.ino === (await file.stat()).ino) {
        return {
          release: async ({ remove } = { remove: false }) => {
            if (remove) await rm(path, { force: true });
            await file.close();
          },
        };
      }
      await file.close();
    } catch (error) {
      await file.close();
      throw error;
    }
  }
}

/** Another lab that goes removes the directory when it leaves it empty, also between two of these steps. */
async function opened(path: string): Promise<FileHandle> {
  for (let tries = 1; ; tries += 1) {
    try {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      return await open(path, 'a', 0o600);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT') || tries === 100)
        throw error;
    }
  }
}

async function flock(fd: number, options: readonly string[], signal?: AbortSignal): Promise<boolean> {
  signal?.throwIfAborted();
  const child = spawn('flock', ['--exclusive', ...options, '3'], {
    stdio: ['ignore', 'ignore', 'ignore', fd],
  });
  const onAbort = () => child.kill();
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    const [code] = await once(child, 'exit');
    signal?.throwIfAborted();
    if (code !== 0 && code !== 1)
      throw new Problem('flock failed on this machine', { why: `exit code ${code}` });
    return code === 0;
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}
