import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
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

mkdirSync(join(dist, 'chunks'), { recursive: true });
const last = join(dist, 'main.js');
for (const { path, contents } of outputFiles.toSorted(
  (a, b) => Number(a.path === last) - Number(b.path === last),
)) {
  const draft = join(dist, `.draft-${process.pid}`);
  writeFileSync(draft, contents);
  mkdirSync(dirname(path), { recursive: true });
  renameSync(draft, path);
}
const made = new Set(outputFiles.map(({ path }) => relative(dist, path)));
for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name);
  if (entry.isFile() && !made.has(relative(dist, path))) rmSync(path, { force: true });
}
for (const entry of readdirSync(dist, { withFileTypes: true })) {
  if (entry.isDirectory() && entry.name !== 'chunks') rmSync(join(dist, entry.name), { recursive: true });
}
