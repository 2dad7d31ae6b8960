import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/**
 * Starts a program of this directory tree in network, mount, process and host name spaces of its own. Whatever it makes in
 * there (hosts, mounts, processes) ends with it, and it ends with this process: nothing of it is ever left behind.
 */
export function startInside(program: string, args: readonly string[]): ChildProcess {
  const spaces = ['--mount', '--pid', '--net', '--uts', '--ipc', '--fork', '--kill-child', '--mount-proc'];
  // The shell is the first process in there, which has to take in orphans that end.
  const inside = ['sh', '-c', '"$@"; exit $?', 'sh', process.execPath, '--import', 'tsx', program, ...args];
  return spawn('setpriv', ['--pdeathsig', 'KILL', 'unshare', ...spaces, ...inside], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}
