import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const pollMilliseconds = 50;

/**
 * Ends every process of a group: SIGTERM, then SIGKILL to what is left after the grace. The whole
 * group is waited for, since the cleanup may be the work of a grandchild that outlives its parent.
 */
export async function endGroup(group: number, graceSeconds: number): Promise<void> {
  const deadline = performance.now() + graceSeconds * 1000;
  if (!runs(group) || !signal(group, 'SIGTERM')) return;
  while (performance.now() < deadline) {
    await sleep(pollMilliseconds);
    if (!runs(group)) return;
  }
  signal(group, 'SIGKILL');
}

function signal(group: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, name);
  } catch {
    return false;
  }
}

/** A zombie counts as ended: in a container there may be nobody to reap an orphan. */
function runs(group: number): boolean {
  if (!signal(group, 0)) return false;
  if (!existsSync('/proc/self/stat')) return true;
  return readdirSync('/proc').some(pid => /^\d+$/.test(pid) && runsIn(group, pid));
}

function runsIn(group: number, pid: string): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, , processGroup] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(processGroup) === group && state !== 'Z' && state !== 'X';
  } catch {
    return false;
  }
}
