import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';

/*
 * Puts src/ and the packages that it uses into a few files below dist/: a command is mostly over before a hundred modules are found.
 * ssh2 stays outside, for it finds files of its own at run time. Whoever runs dist/main.js meanwhile has the old one or the new one:
 * chunks are named by their content, and main.js takes its place last.
 */
const root = import.meta.dirname;
const dist = join(root, 'dist');

const { outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: ['src/main.ts'],
  outdir: 'dist',
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  external: ['ssh2'],
  // Packages in CommonJS ask for Node's own modules by `require`.
  banner: {
    js: "import { createRequire as lvsformRequire } from 'node:module'; const require = lvsformRequire(import.meta.url);",
  },
  logLevel: 'warning',
  write: false,
});

const last = join(dist, 'main.js');
for (const { path, contents } of outputFiles.toSorted(
  (a, b) => Number(a.path === last) - Number(b.path === last),
)) {
  const draft = `${path}.${process.pid}`;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(draft, contents);
  renameSync(draft, path);
}
const made = new Set(outputFiles.map(({ path }) => path));
for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name);
  if (entry.isFile() && !made.has(path)) rmSync(path, { force: true });
}
