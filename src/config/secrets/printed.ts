import { spawn } from 'node:child_process';
import type { Fetched, Surroundings } from './reference.ts';

/**
 * What a program prints, run without a shell. Its stderr goes into the reason of a failure, its stdout
 * never does. It gets no stdin, so one that wants to ask must do so on its own terminal.
 */
export function printed(
  argv: readonly string[],
  around: Surroundings & { readonly maxBytes: number },
): Promise<Fetched> {
  const [program = '', ...args] = argv;
  return new Promise(done => {
    const child = spawn(program, args, {
      cwd: around.directory,
      env: { ...around.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own: what the program started ends with it.
      detached: true,
    });
    const end = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has ended meanwhile.
      }
    };
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    let size = 0;
    let stopped: string | undefined;
    const stop = (why: string) => {
      stopped ??= `${program} ${why}`;
      end();
    };
    const timer = setTimeout(
      () => stop(`did not end within ${around.patience / 1000} seconds`),
      around.patience,
    );
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > around.maxBytes) stop(`printed more than ${around.maxBytes / 1024} KiB`);
      else out.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      if (err.length < 64) err.push(chunk);
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      done({
        why: error.code === 'ENOENT' ? `there is no program ${program}` : `${program}: ${error.message}`,
      });
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (stopped !== undefined) return done({ why: stopped });
      if (code === 0) return done({ text: Buffer.concat(out).toString('utf8') });
      const words = lastLines(Buffer.concat(err).toString('utf8'));
      done({ why: `${program} ended with ${signal ?? code}${words === '' ? '' : `: ${words}`}` });
    });
  });
}

/** The end of an error output on one line. */
function lastLines(text: string): string {
  const words = text
    .trim()
    .split(/\s*\n\s*/)
    .slice(-3)
    .join('; ');
  return words.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '').slice(0, 300);
}
