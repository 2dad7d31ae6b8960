import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import v8 from 'node:v8';
import { Script } from 'node:vm';
import standalone from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';

/*
 * Puts src/ and the packages that it uses into dist/: main.js, which knows the help texts, and lib/, which is all the rest in one file with its
 * bytecode (see src/commands/load-program.ts). Whoever runs dist/main.js meanwhile has the old one or the new one: the program is named by its
 * content, and main.js takes its place last.
 */
const root = import.meta.dirname;
const dist = join(root, 'dist');

/** What esbuild makes of one file and of all that it imports. */
async function bundle(entry, options) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    // Names stay, for the stacks of errors.
    minifyWhitespace: true,
    minifySyntax: true,
    logLevel: 'warning',
    write: false,
    ...options,
  });
  return outputFiles[0].text;
}

/** CommonJS as a script that gives a function; what esbuild writes is ASCII. */
function wrapped(text) {
  return `(function (module, exports, require, __filename, __dirname) {
const ownUrl = require('node:url').pathToFileURL(__filename).href;
${text}
})`;
}

/** The bytecode of all functions, also of those that a start does not run: V8 notes its flags when it writes it down, not before. */
function bytecodeOf(text, filename) {
  v8.setFlagsFromString('--no-lazy');
  const script = new Script(text, { filename });
  v8.setFlagsFromString('--lazy');
  return script.createCachedData();
}

/** The schemas as code, by a program that is built for that alone. */
async function verdictCode() {
  const text = await bundle('src/config/verdict-code.ts', { format: 'cjs', external: ['ajv'] });
  const module = { exports: {} };
  const file = join(root, 'build.mjs');
  new Script(wrapped(text)).runInThisContext()(module, module.exports, createRequire(file), file, root);
  return module.exports.verdictCode(standalone.default);
}

const compiledSchemas = {
  name: 'compiled schemas',
  setup({ onLoad }) {
    onLoad({ filter: /\/src\/config\/ready-verdicts\.ts$/ }, async () => ({
      contents: await verdictCode(),
      loader: 'js',
    }));
  },
};

/** What ssh2 has as machine code, where it was compiled, stays beside its own files. */
const machineCode = {
  name: 'machine code',
  setup({ onResolve }) {
    onResolve({ filter: /\/sshcrypto\.node$/ }, () => ({
      path: 'ssh2/lib/protocol/crypto/build/Release/sshcrypto.node',
      external: true,
    }));
  },
};

/** Parts of ssh2 that lvsform has no use for, and that ask for a good deal of Node (http, https, tls). */
const unused = {
  name: 'unused',
  setup({ onLoad }) {
    onLoad({ filter: /\/ssh2\/lib\/(http-agents|keygen|server)\.js$/ }, () => ({
      contents: 'module.exports = {};',
    }));
  },
};

/** Of what main.ts may load, it loads the program alone; the commands' own modules are asked for by the program's copy of their table. */
const programForItsSource = {
  name: 'program',
  setup({ onResolve }) {
    onResolve({ filter: /./ }, ({ kind, path }) => {
      if (kind !== 'dynamic-import') return undefined;
      return path === './commands/perform.ts'
        ? { path: join(root, 'src/commands/load-program.ts') }
        : { path, external: true };
    });
  },
};

const program = wrapped(
  await bundle('src/commands/perform.ts', {
    format: 'cjs',
    external: ['cpu-features'],
    define: { 'import.meta.url': 'ownUrl' },
    plugins: [compiledSchemas, machineCode, unused],
  }),
);
const name = `program-${createHash('sha256').update(program).digest('hex').slice(0, 8)}.cjs`;
const main = await bundle('src/main.ts', {
  format: 'esm',
  define: { programName: JSON.stringify(name) },
  plugins: [programForItsSource],
});

const outputs = new Map([
  [join(dist, 'lib', name), program],
  [join(dist, 'lib', `${name}.bytecode`), bytecodeOf(program, name)],
  [join(dist, 'main.js'), main],
]);
for (const [path, contents] of outputs) {
  const draft = `${path}.${process.pid}`;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(draft, contents);
  renameSync(draft, path);
}
for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name);
  if (entry.isFile() && !outputs.has(path)) rmSync(path, { force: true });
  else if (entry.isDirectory() && path !== join(dist, 'lib')) rmSync(path, { recursive: true, force: true });
}
