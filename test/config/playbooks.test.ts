import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { compile } from '../../src/config/compile.ts';
import { InputProblem } from '../../src/config/diagnostic.ts';
import { loadInventory } from '../../src/config/inventory.ts';
import { loadPlaybook } from '../../src/config/playbook.ts';
import { kinds } from '../../src/kinds/index.ts';
import { exit } from '../../src/model/problem.ts';
import { roles } from '../../src/roles/index.ts';

/**
 * Playbooks in test/fixtures: `wrong` are refused as they are loaded, `unfit` as they are compiled against the cluster of
 * inventories/right/dr.yml. NAME.txt beside NAME.yml is the exact text.
 */
const test = suite('playbooks');

const root = new URL('../../', import.meta.url).pathname;
const fixtures = `${root}test/fixtures/playbooks/`;
const { cluster } = await loadInventory(`${root}test/fixtures/inventories/right/dr.yml`);

function playbooks(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter(name => name.endsWith('.yml'))
    .map(name => `${folder}${name}`);
}

async function refused(file: string, work: () => Promise<unknown>): Promise<void> {
  const expected = readFileSync(file.replace(/yml$/, 'txt'), 'utf8').trimEnd();
  try {
    await work();
  } catch (problem) {
    if (!(problem instanceof InputProblem)) throw problem;
    assert.is(problem.code, exit.input);
    assert.fixture((problem.why ?? '').replaceAll(fixtures, '').replaceAll(/(wrong|unfit)\//g, ''), expected);
    return;
  }
  assert.unreachable('it was accepted');
}

for (const file of playbooks(`${fixtures}wrong/`)) {
  test(`${file.slice(fixtures.length)} is refused in the expected words`, () =>
    refused(file, () => loadPlaybook(file)));
}

for (const file of playbooks(`${fixtures}unfit/`)) {
  test(`${file.slice(fixtures.length)} does not fit the cluster, in the expected words`, async () => {
    const playbook = await loadPlaybook(file);
    await refused(file, async () => compile(playbook, cluster, { kinds, roles }));
  });
}

for (const file of [...playbooks(`${fixtures}right/`), ...playbooks(`${root}playbooks/`)]) {
  test(`${file.slice(root.length)} is accepted`, async () => {
    // A playbook for one example knows its hosts by name.
    const own = `${root}inventories/${basename(file)}`;
    const meant = existsSync(own) ? (await loadInventory(own)).cluster : cluster;
    const program = compile(await loadPlaybook(file), meant, { kinds, roles });
    assert.ok(program.stages.length > 0);
  });
}

test.run();
