import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../model/problem.ts';

/** A process as /proc/PID/stat tells it. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly session: number;
  /** One letter; `T` is stopped by a signal. */
  readonly state: string;
  /** Clock ticks since boot; with the pid it is unique. */
  readonly startTime: number;
}

/** Undefined when there is no such process, or only the corpse of one. */
export async function readProcess(pid: number): Promise<ProcessEntry | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : parseStat(text);
}

/** Parses a line of /proc/PID/stat; the program's name in it may hold spaces and brackets. */
export function parseStat(text: string): ProcessEntry | undefined {
  const afterName = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const field = (number: number) => Number(afterName[number - 3]);
  const state = afterName[0] ?? 'X';
  if (state === 'Z' || state === 'X') return undefined;
  return { pid: Number.parseInt(text, 10), parent: field(4), session: field(6), state, startTime: field(22) };
}

/** All living processes. */
export async function processes(): Promise<ProcessEntry[]> {
  const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name));
  const found = await Promise.all(pids.map(pid => readProcess(Number(pid))));
  return found.filter(entry => entry !== undefined);
}

/** The processes in the network namespace that is mounted at `file`, but for this process and those it descends from. */
export async function processesInNamespace(file: string): Promise<ProcessEntry[]> {
  const { ino } = await stat(file);
  const all = await processes();
  const own = ancestry(process.pid, all);
  const inIt = await Promise.all(
    all.map(async entry => {
      const link = await readlink(`/proc/${entry.pid}/ns/net`).catch(() => '');
      return link === `net:[${ino}]` && !own.has(entry.pid);
    }),
  );
  return all.filter((_, index) => inIt[index]);
}

/** Sends SIGKILL to what `find` finds, again and again until it finds nothing; answers how many it met. */
export async function killAll(find: () => Promise<readonly ProcessEntry[]>): Promise<number> {
  const met = new Set<number>();
  for (const deadline = Date.now() + 10_000; ; ) {
    const found = await find();
    if (found.length === 0) return met.size;
    for (const { pid } of found) {
      met.add(pid);
      signalProcess(pid, 'SIGKILL');
    }
    if (Date.now() > deadline) {
      throw new Problem('processes of the lab do not end', {
        why: `pids ${found.map(entry => entry.pid).join(', ')}`,
      });
    }
    await sleep(20);
  }
}

/** Sends a signal to a process that may have just ended. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function ancestry(pid: number, all: readonly ProcessEntry[]): ReadonlySet<number> {
  const byPid = new Map(all.map(entry => [entry.pid, entry]));
  const own = new Set<number>();
  for (let at = byPid.get(pid); at !== undefined && !own.has(at.pid); at = byPid.get(at.parent))
    own.add(at.pid);
  return own;
}
