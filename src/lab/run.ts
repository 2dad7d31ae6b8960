import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Argv } from '../model/command.ts';
import { Problem } from '../model/problem.ts';

export interface RunOptions {
  readonly input?: string;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
  /** What an abort sends; default SIGTERM. */
  readonly killSignal?: NodeJS.Signals;
  /** Hears stderr while the program runs. */
  readonly onLine?: (line: string) => void;
}

const toldLines = 12;

/** Runs a program of this machine to its end and answers its stdout; a Problem unless it exits 0. */
export async function run(argv: Argv, options: RunOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await attempt(argv, options);
  if (code === 0) return stdout;
  throw new Problem(`${argv[0]} failed on this machine (${code})`, {
    where: argv.join(' '),
    why: stderr.trim().split('\n').slice(-toldLines).join('\n'),
  });
}

/** The same, where failing is an answer too. `code` is null after a signal's death. */
export async function attempt(
  argv: Argv,
  { input = '', cwd, env, signal, killSignal, onLine }: RunOptions = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  signal?.throwIfAborted();
  const [program, ...rest] = argv;
  const child = spawn(program, rest, { cwd, env: withSystemPath(env), stdio: ['pipe', 'pipe', 'pipe'] });
  const onAbort = () => child.kill(killSignal ?? 'SIGTERM');
  signal?.addEventListener('abort', onAbort, { once: true });
  child.stdin.on('error', () => {}); // A program may end without reading its input.
  child.stdin.end(input);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  createInterface({ input: child.stderr }).on('line', line => {
    stderr += `${line}\n`;
    onLine?.(line);
  });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on('error', cause =>
        reject(new Problem(`${program} cannot be started`, { why: cause.message, cause })),
      );
      child.on('close', resolve);
    });
    signal?.throwIfAborted();
    return { code, stdout, stderr };
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

/** An environment whose PATH has the system's own directories too, which cron and sudo may leave out. */
export function withSystemPath(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return { ...env, PATH: `${env['PATH'] ?? '/usr/bin:/bin'}:/usr/sbin:/sbin` };
}
