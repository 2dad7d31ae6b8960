import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endGroup } from './process-group.ts';
import { isTally, type Tally } from './tally.ts';
import type { TestFile } from './test-file.ts';
import { type Verdict, verdict } from './verdict.ts';

/** A file's verdict with what its reader needs beside it. */
export interface Outcome extends Verdict {
  readonly file: TestFile;
  readonly seconds: number;
  readonly output: string;
}

/**
 * Runs one file in a process group of its own. Its output goes to a file, not a pipe: a daemon that
 * a test left behind cannot hold that open, and nothing written just before an exit is lost.
 */
export async function runFile(root: string, file: TestFile, stop: AbortSignal): Promise<Outcome> {
  const started = performance.now();
  const directory = await mkdtemp(join(tmpdir(), 'lvsform-test-'));
  try {
    const log = join(directory, 'output');
    const child = await start(root, file, log);
    const result = verdict(await ending(child, file, stop));
    const seconds = (performance.now() - started) / 1000;
    return { ...result, file, seconds, output: await readFile(log, 'utf8') };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function start(root: string, file: TestFile, log: string): Promise<ChildProcess> {
  const entry = fileURLToPath(new URL('child.ts', import.meta.url));
  const { FORCE_COLOR, ...env } = process.env;
  const output = await open(log, 'w');
  try {
    return spawn(process.execPath, ['--import', import.meta.resolve('tsx'), entry, file.path], {
      cwd: root,
      env: { ...env, NO_COLOR: '1' },
      detached: true,
      stdio: ['ignore', output.fd, output.fd, 'ipc'],
    });
  } finally {
    await output.close();
  }
}

async function ending(child: ChildProcess, file: TestFile, stop: AbortSignal) {
  const group = child.pid;
  let tally: Tally | undefined;
  let cut: string | undefined;
  let ended: Promise<void> | undefined;
  const end = async () => {
    if (group !== undefined) ended ??= endGroup(group, file.graceSeconds);
    await ended;
  };
  const cutShort = (why: string) => {
    cut ??= why;
    void end();
  };

  child.on('message', message => {
    if (isTally(message)) tally = message;
  });
  const timer = setTimeout(cutShort, file.timeoutSeconds * 1000, `timed out after ${file.timeoutSeconds} s`);
  const interrupt = () => cutShort('interrupted');
  stop.addEventListener('abort', interrupt);
  if (stop.aborted) interrupt();
  // The exit may be reported while the tally is still under way; the channel closes after it.
  const [[code, signal]] = await Promise.all([once(child, 'exit'), once(child, 'disconnect')]);
  clearTimeout(timer);
  stop.removeEventListener('abort', interrupt);
  await end();
  return { code, signal, ...(cut === undefined ? {} : { cut }), ...(tally === undefined ? {} : { tally }) };
}
