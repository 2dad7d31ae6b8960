import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

// A command waits for what it loads, so it loads what it needs alone: counted in modules, for seconds tell of the machine.
const root = new URL('../..', import.meta.url).pathname;

/** What a command line loads, below src/ and as names of packages; the loader of TypeScript is not the product's. */
function loaded(...words: readonly string[]): { sources: readonly string[]; packages: readonly string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'lvsform-start-'));
  try {
    spawnSync(process.execPath, ['--import', 'tsx', join(root, 'src/main.ts'), ...words], {
      cwd: root,
      env: { ...process.env, NODE_V8_COVERAGE: folder },
    });
    const urls = readdirSync(folder).flatMap(file => {
      const { result } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as {
        result: { url: string }[];
      };
      return result.map(({ url }) => url);
    });
    const sources = urls.flatMap(url =>
      url.includes('/node_modules/') ? [] : (/\/src\/(.*)/.exec(url)?.[1] ?? []),
    );
    const packages = urls.flatMap(url => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1] ?? []);
    const own = new Set(packages.filter(name => !/^(tsx|esbuild|get-tsconfig|@esbuild\/.*)$/.test(name)));
    return { sources: [...new Set(sources)].sort(), packages: [...own].sort() };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('the help and the version load four files and no package', () => {
  for (const words of [['--help'], ['plan', '--help'], ['--version'], ['help', 'up']]) {
    assert.equal(
      loaded(...words),
      {
        sources: ['commands/help.ts', 'commands/table.ts', 'main.ts', 'model/problem.ts'],
        packages: [],
      },
      words.join(' '),
    );
  }
});

test('what reaches no host loads nothing of SSH, nor what shows differences', () => {
  const { sources, packages } = loaded('validate', '-i', 'inventories/dr.yml');
  assert.ok(sources.includes('commands/validate.ts'));
  for (const name of ['ssh2', 'diff', 'p-limit']) assert.not.ok(packages.includes(name), name);
  assert.equal(
    sources.filter(file => /^(transport|engine|lab|verify)\//.test(file)),
    [],
  );
});

test('a mistake on the command line is told before a command is loaded', () => {
  const { packages } = loaded('plan', '--inventroy', 'x');
  assert.equal(packages, []);
});

test.run();
