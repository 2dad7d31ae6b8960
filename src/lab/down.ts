import { readdir, rm, rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { sweepBuilds } from './image/cache.ts';
import { withLabLock } from './lab-lock.ts';
import { stopMachine } from './machine.ts';
import { namespaceFile, namespaceOf } from './names.ts';
import { namespaceExists } from './network.ts';
import { cacheDirectory, diskRoot, type LabPaths, labPaths, runRoot } from './paths.ts';
import { killAll, processesInNamespace } from './process-table.ts';
import { type OnProgress, progress } from './progress.ts';
import { run } from './run.ts';
import { checkLabName } from './spec.ts';

/** What `labDown` met. */
export interface DownReport {
  readonly name: string;
  /** Whether there was anything of this lab. */
  readonly existed: boolean;
  /** How many processes were ended. */
  readonly processes: number;
}

/**
 * Removes a lab and all that it left, also after a crash of whoever brought it up: its machines, every
 * other process in its network namespace, the namespace with all bridges and taps, and its files.
 * The base image stays for the next lab.
 */
export async function labDown(name: string, onProgress: OnProgress = () => {}): Promise<DownReport> {
  checkLabName(name);
  const report = await withLabLock(name, () => remove(name, onProgress), { tell: onProgress, remove: true });
  await sweepBuilds(cacheDirectory());
  for (const directory of [runRoot, dirname(runRoot), diskRoot]) await rmdir(directory).catch(() => {});
  return report;
}

async function remove(name: string, tell: OnProgress): Promise<DownReport> {
  const paths = labPaths(name);
  const existed = await namespaceExists(name);
  const hosts = await entries(`${paths.run}/hosts`);
  if (hosts.length > 0) tell(progress(`switching off ${hosts.length} hosts`));
  let ended = 0;
  for (const host of hosts) ended += await stopMachine(name, host);
  if (existed) {
    // Machines that were started and not yet written down, and whatever was run in the lab.
    ended += await killAll(() => processesInNamespace(namespaceFile(namespaceOf(name))));
    await run(['ip', 'netns', 'delete', namespaceOf(name)]);
  }
  const files = await removeFiles(paths);
  return { name, existed: existed || files, processes: ended };
}

async function removeFiles({ run: directory, disks }: LabPaths): Promise<boolean> {
  const present = [...(await entries(directory)), ...(await entries(disks))];
  await rm(disks, { recursive: true, force: true });
  await rm(directory, { recursive: true, force: true });
  return present.length > 0;
}

async function entries(directory: string): Promise<string[]> {
  return readdir(directory).catch(() => []);
}
