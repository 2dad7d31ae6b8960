import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { family, memoryOf } from './process-memory.ts';

/** A command line of a tool. */
export interface Invocation {
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** What one run of a tool cost, and what it said. */
export interface Measured {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Seconds from its start to its end. */
  readonly wall: number;
  /** Seconds of user and system time of the tool's processes, those too that outlived it. */
  readonly cpu: number;
  /** The most memory that its processes had at one time, in bytes. */
  readonly memory: number;
}

/**
 * Runs `$3...` as the only program of a process namespace, and writes start, end, exit code and the times of all that ran
 * there. What the tool leaves behind (ssh's ControlPersist) is ended, and being bash's to reap counts with the rest.
 */
const stopwatch = `out=$1; err=$2; shift 2
begin=$EPOCHREALTIME
"$@" </dev/null >"$out" 2>"$err"
code=$?
end=$EPOCHREALTIME
trap '' TERM
kill -TERM -1 2>/dev/null
for turn in 1 2 3 4 5 6 7 8 9 10; do
  kill -0 -1 2>/dev/null || break
  read -r -t 0.02 <> <(:)
  [ "$turn" -lt 8 ] || kill -KILL -1 2>/dev/null
done
echo "$begin $end $code"
times`;

/** Runs a tool once, alone, and measures it; its memory only where it is asked for, since looking takes time. */
export async function measure(
  { argv, env, cwd }: Invocation,
  scratch: string,
  withMemory = true,
): Promise<Measured> {
  const [out, err] = [join(scratch, 'stdout'), join(scratch, 'stderr')];
  const child = spawn(
    'unshare',
    [
      ...['--pid', '--fork', '--kill-child=SIGKILL', '--mount-proc'],
      ...['bash', '--norc', '-c', stopwatch, 'stopwatch', out, err, ...argv],
    ],
    { cwd, env: { PATH: process.env['PATH'] ?? '', ...env }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let told = '';
  child.stdout.on('data', chunk => {
    told += chunk;
  });
  const closed = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve());
  });
  const memory = withMemory ? watchMemory(child.pid ?? 0, closed) : Promise.resolve(0);
  await closed;
  return {
    ...parse(told),
    memory: await memory,
    stdout: readFileSync(out, 'utf8'),
    stderr: readFileSync(err, 'utf8'),
  };
}

/**
 * Looks at the processes' memory again and again, and keeps the most. Looking costs time of the cores that the tool runs
 * on, so it is done for a fiftieth of the time at most.
 */
async function watchMemory(pid: number, closed: Promise<void>): Promise<number> {
  let [most, running] = [0, true];
  const end = closed
    .catch(() => undefined)
    .then(() => {
      running = false;
    });
  while (running) {
    const begin = performance.now();
    // The first two are unshare and bash.
    const tool = family(pid).slice(2);
    most = Math.max(most, memoryOf(tool));
    await Promise.race([end, sleep(Math.max(25, (performance.now() - begin) * 50))]);
  }
  return most;
}

/** The last of `times`' two lines is that of the processes that have ended: `0m1.234s 0m0.567s`. */
function parse(told: string): { code: number; wall: number; cpu: number } {
  const [first = '', , times = ''] = told.split('\n');
  const [begin, end, code] = first.split(' ').map(Number);
  const spent = [...times.matchAll(/(\d+)m([\d.]+)s/g)].map(([, m, s]) => Number(m) * 60 + Number(s));
  if (begin === undefined || end === undefined || code === undefined || spent.length !== 2)
    throw new Error(`the stopwatch said: ${told}`);
  return { code, wall: end - begin, cpu: spent.reduce((sum, one) => sum + one, 0) };
}
