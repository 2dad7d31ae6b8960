import { type ChildProcess, spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { constants } from 'node:os';

/** Set for the process that runs inside. */
const mark = 'LVSFORM_BENCH_INSIDE';

/** The descriptor by which the process inside learns that the one outside is gone. */
const tether = 3;

/** Whether this process already is the one inside. */
export function isInside(): boolean {
  return process.env[mark] !== undefined;
}

/**
 * Runs a program of TypeScript again as the first process of mount, network and pid namespaces of its own, and gives
 * its exit code. When that process ends, however it ends, the kernel ends all that was started inside, and with the
 * last of them go mounts and interfaces: nothing has to be found and cleaned up (pid_namespaces(7)).
 */
export async function enter(program: string, args: readonly string[]): Promise<number> {
  const child = spawn(
    'unshare',
    [
      ...['--mount', '--net', '--pid', '--fork', '--kill-child=SIGKILL', '--mount-proc'],
      ...[process.execPath, '--import', 'tsx', program, ...args],
    ],
    { stdio: ['ignore', 'inherit', 'inherit', 'pipe'], env: { ...process.env, [mark]: '1' } },
  );
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  let interrupted = 0;
  for (const signal of signals) {
    process.once(signal, () => {
      process.stderr.write(`ended by ${signal}\n`);
      interrupted = 128 + constants.signals[signal];
      child.kill('SIGKILL');
    });
  }
  const code = await ended(child);
  return interrupted === 0 ? code : interrupted;
}

/** Inside: ends with the process outside, also where that one was killed. */
export function endWithParent(): void {
  const socket = new Socket({ fd: tether });
  socket.on('error', () => process.exit(1));
  socket.on('close', () => process.exit(1));
  socket.resume();
  socket.unref();
}

function ended(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (signal !== null) process.stderr.write(`the benchmark was ended by ${signal}\n`);
      resolve(code ?? 1);
    });
  });
}
