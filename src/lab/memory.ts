import { readFile, statfs } from 'node:fs/promises';
import { diskRoot } from './paths.ts';

const sharedMemory = '/dev/shm';
const MiB = 1024 * 1024;

/**
 * Where the guests' memory is kept, as a file without a name: in shared memory, where that is a
 * tmpfs with room that lets its files be executed (a container's often is not); else on disk,
 * which is slower but works.
 */
export async function memoryDirectory(neededMiB: number): Promise<string> {
  const mounts = await readFile('/proc/self/mounts', 'utf8');
  if (!executableTmpfs(mounts, sharedMemory)) return diskRoot;
  const { bavail, bsize } = await statfs(sharedMemory);
  return (bavail * bsize) / MiB >= neededMiB ? sharedMemory : diskRoot;
}

/** Judges the last mount on `directory` in the text of /proc/self/mounts. */
export function executableTmpfs(mounts: string, directory: string): boolean {
  const mount = mounts
    .split('\n')
    .map(line => line.split(' '))
    .findLast(([, where]) => where === directory);
  return mount?.[2] === 'tmpfs' && !mount[3]?.split(',').includes('noexec');
}
