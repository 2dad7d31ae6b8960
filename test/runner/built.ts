import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Builds lvsform where a source is newer than what was built of it: tests run what its users run. False: it does not build. */
export function built(root: string): boolean {
  const sources = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name));
  const newest = Math.max(
    ...['build.mjs', 'package.json']
      .map(name => join(root, name))
      .concat(sources)
      .map(changedAt),
  );
  if (changedAt(join(root, 'dist', 'main.js')) > newest) return true;
  const { status } = spawnSync(process.execPath, [join(root, 'build.mjs')], { stdio: 'inherit' });
  return status === 0;
}

function changedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
