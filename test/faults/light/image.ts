import { existsSync } from 'node:fs';
import { ensureHostPackages } from '../../../src/lab/host-packages.ts';
import { ensureImage, imagePath } from '../../../src/lab/image/cache.ts';
import type { Recipe } from '../../../src/lab/image/recipe.ts';
import { cacheDirectory } from '../../../src/lab/paths.ts';
import { checkRequirements } from '../../../src/lab/requirements.ts';
import { run } from '../../../src/lab/run.ts';
import { imagesInUse } from '../../../src/lab/state.ts';

/** The lab's own image of a Debian with all that clusters need, built where it is not there yet: light hosts lie on it. */
export async function lightImage(): Promise<string> {
  const cache = cacheDirectory();
  const suite = await checkRequirements({ memoryMiB: 512, diskMiB: 0 }, cache);
  const say = (text: string) => void process.stderr.write(`${text}\n`);
  await ensureHostPackages(say);
  const kernel = (await run(['linux.uml', '--version'])).trim();
  const recipe: Recipe = { suite, kernel, image: 'debian', preinstalled: true };
  const path = imagePath(cache, recipe);
  // One that is there needs no wait for somebody who builds another.
  if (!existsSync(path)) await ensureImage(cache, recipe, imagesInUse, say);
  return path;
}
