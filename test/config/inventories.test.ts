import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { InputProblem, renderDiagnostics } from '../../src/config/diagnostic.ts';
import { loadInventory } from '../../src/config/inventory.ts';
import { exit } from '../../src/model/problem.ts';

/** Inventories in test/fixtures: NAME.txt beside NAME.yml is the exact text of its diagnostics. */
const test = suite('inventories');

const fixtures = new URL('../fixtures/inventories/', import.meta.url).pathname;
const env = { SUDO_PASSWORD: 'hunter2' };

function inventories(folder: string): readonly string[] {
  return readdirSync(`${fixtures}${folder}`)
    .filter(name => name.endsWith('.yml'))
    .map(name => `${fixtures}${folder}/${name}`);
}

/** A test names files as they are named in the expected text: without their folder. */
function named(text: string): string {
  return text.replaceAll(/^\S*\/(?=[^/\s]+\.yml:)/gm, '');
}

/** UPDATE_GOLDEN=1 writes what is told now: read the diff, it is what users will read. */
function expected(file: string, told: string): string {
  const text = file.replace(/yml$/, 'txt');
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(text, `${told}\n`);
  return readFileSync(text, 'utf8').trimEnd();
}

for (const file of inventories('wrong')) {
  test(`${file.slice(fixtures.length)} is refused in the expected words`, async () => {
    try {
      await loadInventory(file, { env });
    } catch (problem) {
      if (!(problem instanceof InputProblem)) throw problem;
      assert.is(problem.code, exit.input);
      const told = named(problem.why ?? '');
      assert.fixture(told, expected(file, told));
      assert.ok(problem.diagnostics.some(({ severity }) => severity === 'error'));
      return;
    }
    assert.unreachable('it was accepted');
  });
}

for (const file of inventories('doubtful')) {
  test(`${file.slice(fixtures.length)} gets the expected warnings`, async () => {
    const { warnings } = await loadInventory(file, { env });
    const told = named(renderDiagnostics(warnings));
    assert.fixture(told, expected(file, told));
  });
}

const examples = new URL('../../inventories/', import.meta.url).pathname;
const published = readdirSync(examples).filter(name => name.endsWith('.yml'));
for (const file of [...inventories('right'), ...published.map(name => `${examples}${name}`)]) {
  test(`${file.split('/').slice(-2).join('/')} is accepted without a word`, async () => {
    const { cluster, warnings } = await loadInventory(file, { env });
    assert.is(renderDiagnostics(warnings), '');
    assert.ok(cluster.hosts.length > 0);
  });
}

test('there are at least 70 wrong inventories, each with its text, and no text without one', () => {
  assert.ok(inventories('wrong').length >= 70);
  const texts = readdirSync(`${fixtures}wrong`).filter(name => name.endsWith('.txt'));
  const lonely = texts.filter(name => !existsSync(`${fixtures}wrong/${name.replace(/txt$/, 'yml')}`));
  assert.equal(lonely, []);
});

test('no secret is told, whatever is wrong with it', () => {
  const texts = readdirSync(`${fixtures}wrong`).filter(name => name.endsWith('.txt'));
  const telling = texts.filter(name => /hunter/i.test(readFileSync(`${fixtures}wrong/${name}`, 'utf8')));
  assert.equal(telling, []);
});

test('a file that is missing, a folder, or too large is a diagnostic', async () => {
  for (const [file, what] of [
    ['/nonexistent/inventory.yml', 'there is no such file'],
    [fixtures, 'is a directory'],
    [
      new URL('../../node_modules/typescript/package.json/x', import.meta.url).pathname,
      'there is no such file',
    ],
  ] as const) {
    try {
      await loadInventory(file);
      assert.unreachable(file);
    } catch (problem) {
      if (!(problem instanceof InputProblem)) throw problem;
      assert.is(problem.why, `${file}:1:1: ${what}`);
    }
  }
});

test.run();
