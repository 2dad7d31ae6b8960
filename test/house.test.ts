import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { exit } from '../src/model/problem.ts';
import { filesUnder } from './runner/files-under.ts';

/** The conventions that a machine can check. Each test gives the list of what breaks its rule. */
const house = suite('house');

const maxLines = 300;
const sources = filesUnder('src', '.ts').map(path => `src/${path}`);
const tests = filesUnder('test', '.ts').map(path => `test/${path}`);
const read = (path: string): string => readFileSync(path, 'utf8');

house('a test file ends with .run() and runs each of its suites', () => {
  const broken = tests.filter(path => {
    if (!path.endsWith('.test.ts')) return false;
    const text = read(path);
    const suites = [...text.matchAll(/^const (\w+) = suite\b/gm)].map(([, name]) => name);
    return !text.trimEnd().endsWith('.run();') || suites.some(name => !text.includes(`\n${name}.run();`));
  });
  assert.equal(broken, []);
});

const generated = 'src/config/inventory-yaml.ts';

house('no file in src is longer than 300 lines, but the one that is generated', () => {
  const long = sources.filter(
    path => path !== generated && read(path).trimEnd().split('\n').length > maxLines,
  );
  assert.equal(long, []);
});

// Each word is broken up, or this file would break its own rule.
const unfinished =
  /\b(TO[D]O|FIX[M]E|XX[X])\b|@ts-(ignor[e]|nochec[k])|biome-ignor[e]|\bas an[y]\b(?! (?!as\b)\w)|\.onl[y]\(/;

house('nothing is left unfinished, silenced or singled out', () => {
  assert.equal(lines([...sources, ...tests], unfinished), []);
});

house('what src exports has a docstring; an interface may have its docstrings on its members', () => {
  const declaration = /^export (?:abstract |async )*(?:function\*?|class|interface) (\w+)/;
  const bare = sources.flatMap(path => {
    const all = read(path).split('\n');
    return all.flatMap((line, index) => {
      const [, name] = declaration.exec(line) ?? [];
      const before = all[index - 1] ?? '';
      const overload = declaration.exec(before)?.[1] === name;
      const body = line.includes(' interface ') ? all.slice(index, all.indexOf('}', index)) : [];
      const told = before.endsWith('*/') || body.some(member => member.endsWith('*/'));
      return name === undefined || overload || told ? [] : `${path}:${index + 1} ${name}`;
    });
  });
  assert.equal(bare, []);
});

house('CONTRIBUTING.md names every file of src', () => {
  const map = existsSync('CONTRIBUTING.md') ? read('CONTRIBUTING.md') : undefined;
  const missing = map === undefined ? [] : sources.filter(path => !map.includes(`\`${path}\``));
  assert.equal(missing, []);
});

house('README.md gives the exit codes that the program has', () => {
  if (!existsSync('README.md')) return;
  const [, section = ''] = /^#+ Exit codes\n([\s\S]*?)(?=^#|$(?![\s\S]))/m.exec(read('README.md')) ?? [];
  const codes = [...section.matchAll(/^\| *`?(\d+)`? *\|/gm)].map(([, code]) => Number(code));
  assert.equal(codes, Object.values(exit));
});

house('what is installed beside lvsform is at most 24 packages, optional ones counted', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as {
    readonly packages: { readonly [path: string]: { readonly dev?: boolean } };
  };
  const runtime = Object.entries(packages).filter(([path, { dev }]) => path !== '' && dev !== true);
  assert.ok(runtime.some(([path]) => path === 'node_modules/ssh2'));
  assert.ok(runtime.length <= 24, runtime.map(([path]) => path).join(' '));
});

house('the lock file names no registry', () => {
  assert.equal(lines(['package-lock.json'], /"resolved"/), []);
});

house('the repository names no place of its authors', () => {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard']);
  const files = listed.toString().split('\0').filter(existsSync);
  assert.equal(lines(files, /\/wor[k]\/|registry\.npmj[s]\.org/), []);
});

function lines(paths: readonly string[], pattern: RegExp): string[] {
  return paths.flatMap(path =>
    read(path)
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? `${path}:${index + 1} ${line.trim()}` : [])),
  );
}

house.run();
