import { join } from 'node:path';

const root = new URL('..', import.meta.url).pathname;

/** lvsform as its users run it: as it was built (the runner builds it anew where a source is newer). */
export const program: readonly [string, string] = [process.execPath, join(root, 'dist', 'main.js')];
