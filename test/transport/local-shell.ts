import { execFileSync, spawn } from 'node:child_process';
import { Session, type SessionOptions } from '../../src/transport/session.ts';
import type { Shell } from '../../src/transport/shell.ts';

/** The POSIX shells of this machine, as a command and its arguments before `-c`. */
export const shells: readonly (readonly [string, ...string[]])[] = (
  [['dash'], ['bash'], ['bash', '--posix'], ['busybox', 'sh'], ['mksh'], ['yash']] as const
).filter(([program]) => isInstalled(program));

export function isInstalled(program: string): boolean {
  try {
    execFileSync('sh', ['-c', 'command -v "$1"', 'sh', program], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A process of this machine as a session's shell. */
export function localShell(program: string, args: readonly string[]): Shell & { pid: number } {
  const child = spawn(program, args);
  return {
    pid: child.pid ?? 0,
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    onEnd: listener => {
      child.once('close', (code, signal) => listener(code === null ? { signal: signal ?? '' } : { code }));
    },
    destroy: () => {
      child.stdin.destroy();
      child.stdout.destroy();
      child.stderr.destroy();
    },
  };
}

/** A session over a login shell of this machine. Its inner `sh` is the machine's own, or `inner`. */
export function localSession(
  login: readonly [string, ...string[]] = ['sh'],
  inner: readonly [string, ...string[]] = ['sh'],
  over: Partial<SessionOptions> = {},
): Session & { options: SessionOptions } {
  const [program, ...args] = login;
  const options: SessionOptions = {
    where: 'root@test:22',
    greeting: 'lvsform-0123456789abcdef',
    patience: 10_000,
    stats: { logins: 0, execs: 0, batches: 0, roundTrips: 0 },
    start: line =>
      Promise.resolve(
        localShell(program, [...args, '-c', line.replace('exec sh ', `exec ${inner.join(' ')} `)]),
      ),
    ...over,
  };
  return Object.assign(new Session(options), { options });
}
