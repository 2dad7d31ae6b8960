import { execFileSync, spawn } from 'node:child_process';
import { Session, type SessionOptions, type Stats } from '../../src/transport/session.ts';
import type { Shell } from '../../src/transport/shell.ts';

/** The POSIX shells of this machine, as a command and its arguments before `-c`. */
export const shells: readonly (readonly [string, ...string[]])[] = (
  [['dash'], ['bash'], ['bash', '--posix'], ['busybox', 'sh'], ['mksh'], ['yash']] as const
).filter(([program]) => isInstalled(program));

/** Much output on both streams, all of it by the shell itself. */
export const chatter =
  'n=0; while [ "$n" -lt 3000 ]; do printf "%0100d" "$n"; printf "%0100d" "$n" >&2; n=$((n+1)); done';

/** Whether a program is in PATH. */
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
export class LocalSession extends Session {
  readonly stats: Stats;
  readonly #shells: Shell[];

  constructor(
    login: readonly [string, ...string[]] = ['sh'],
    inner: readonly [string, ...string[]] = ['sh'],
    over: Partial<SessionOptions> = {},
  ) {
    const [program, ...args] = login;
    const stats = { logins: 0, execs: 0, batches: 0, roundTrips: 0 };
    const started: Shell[] = [];
    const begin = (line: string) =>
      Promise.resolve(
        localShell(program, [...args, '-c', line.replace('exec sh ', `exec ${inner.join(' ')} `)]),
      );
    super({
      where: 'root@test:22',
      greeting: 'lvsform-0123456789abcdef',
      patience: 10_000,
      stats,
      ...over,
      start: async line => {
        const shell = await (over.start ?? begin)(line);
        started.push(shell);
        return shell;
      },
    });
    this.stats = stats;
    this.#shells = started;
  }

  /** Ends it with all that it started. */
  cut(): void {
    this.close();
    for (const shell of this.#shells) shell.destroy();
  }
}
