import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { filesUnder } from './files-under.ts';
import { type TestFile, testFile } from './test-file.ts';

export interface Selection {
  readonly files: readonly TestFile[];
  /** Filters that match no file: more likely a slip of the pen than a wish to test nothing. */
  readonly unmatched: readonly string[];
}

/**
 * The files whose path contains one of the filters; without a filter all of them, less those that wait to be asked for
 * unless `all` asks. A filter that is
 * itself the path of a TypeScript file selects that file whatever its name, which is how the
 * runner's own tests reach files that must fail.
 */
export function select(
  root: string,
  filters: readonly string[],
  { withLab, all }: { readonly withLab: boolean; readonly all: boolean },
): Selection {
  const found = filesUnder(join(root, 'test'), '.test.ts').map(path => `test/${path}`);
  const chosen = new Set(filters.length === 0 ? found : []);
  const unmatched: string[] = [];
  for (const filter of filters) {
    const matches = isSource(root, filter) ? [filter] : found.filter(path => path.includes(filter));
    if (matches.length === 0) unmatched.push(filter);
    for (const path of matches) chosen.add(path);
  }
  const files = [...chosen]
    .map(path => testFile(root, path))
    .filter(file => withLab || !file.lab)
    .filter(file => all || filters.length > 0 || !file.asked);
  return { files, unmatched };
}

function isSource(root: string, filter: string): boolean {
  return filter.endsWith('.ts') && existsSync(join(root, filter));
}
