import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Starts test/run.ts as a process, as `npm test` does. */
export function startRunner(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', 'test/run.ts', ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

export interface RunnerResult {
  readonly code: number | null;
  readonly output: string;
  readonly lastLine: string | undefined;
}

/** Waits for the end of the runner. */
export async function finished(runner: ChildProcess): Promise<RunnerResult> {
  if (runner.stdout === null) throw new Error('the runner has no output to read');
  const [[code], output] = await Promise.all([once(runner, 'exit'), text(runner.stdout)]);
  return { code, output, lastLine: output.trimEnd().split('\n').at(-1) };
}

/** Runs the runner with these arguments to its end. */
export function runRunner(...args: readonly string[]): Promise<RunnerResult> {
  return finished(startRunner(args));
}

export function fixture(name: string): string {
  return `test/runner/fixtures/${name}.fixture.ts`;
}
