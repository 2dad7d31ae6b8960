import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Lock, lock } from '../lock.ts';
import { buildImage, buildPrefix } from './build.ts';
import { imageName, type Recipe } from './recipe.ts';

/** Where the base image of a recipe is, or will be. */
export function imagePath(cache: string, recipe: Recipe): string {
  return join(cache, imageName(recipe));
}

// Long enough that those who work on two versions, or on hosts of two kinds, do not build again and again.
const keptDays = 7;

/**
 * Sees to it that the base image is there: one builder at a time, the others wait for it. Images
 * that no lab asked for in the last days are removed, unless they are `inUse`.
 */
export async function ensureImage(
  cache: string,
  recipe: Recipe,
  inUse: () => Promise<readonly string[]>,
  onProgress: (text: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  const path = imagePath(cache, recipe);
  const held = await lockCache(
    cache,
    () => onProgress('waiting for another lab that builds the base image'),
    signal,
  );
  try {
    await removeUnfinished(cache);
    await removeForgotten(cache, new Set([path, ...(await inUse())]));
    if (!(await exists(path))) {
      const time = recipe.preinstalled ? 'two minutes' : 'a minute';
      onProgress(`building the base image, once for all labs: about ${time}`);
      await buildImage(path, recipe, line => tell(line, onProgress), signal);
    }
    await writeFile(usedMark(path), '');
  } finally {
    await held.release();
  }
}

/** Removes what a build left that was killed. Waits for no build that is under way. */
export async function sweepBuilds(cache: string): Promise<void> {
  if (!(await exists(cache))) return;
  const busy = new AbortController();
  try {
    const held = await lockCache(cache, () => busy.abort(), busy.signal);
    await removeUnfinished(cache);
    await held.release();
  } catch (error) {
    if (!busy.signal.aborted) throw error;
  }
}

async function lockCache(cache: string, onWait: () => void, signal?: AbortSignal): Promise<Lock> {
  await mkdir(cache, { recursive: true });
  return lock(join(cache, 'lock'), onWait, signal);
}

async function removeUnfinished(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    if (name.startsWith(buildPrefix)) await rm(join(cache, name), { recursive: true, force: true });
  }
}

/** The image's own time of change must stay as it is: the disks that lie on it remember it. */
function usedMark(image: string): string {
  return `${image}.used`;
}

async function removeForgotten(cache: string, inUse: ReadonlySet<string>): Promise<void> {
  const oldest = Date.now() - keptDays * 24 * 3600 * 1000;
  for (const name of await readdir(cache)) {
    const image = join(cache, name);
    if (!name.endsWith('.ext4') || inUse.has(image)) continue;
    const used = await stat(usedMark(image)).catch(() => stat(image));
    if (used.mtimeMs > oldest) continue;
    await rm(image);
    await rm(usedMark(image), { force: true });
  }
}

/** mmdebstrap's own steps are worth a line; what it quotes of apt is not. */
function tell(line: string, onProgress: (text: string) => void): void {
  const step = /^I: (\w.*\.\.\.)$/.exec(line)?.[1];
  if (step !== undefined) onProgress(`base image: ${step.replace(/\.\.\.$/, '')}`);
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
