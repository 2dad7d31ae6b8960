import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { commands } from '../src/commands/table.ts';
import { loadInventory } from '../src/config/inventory.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

test('the example inventory of the README is a good one', async () => {
  const [, yaml = ''] = /```yaml\n([\s\S]*?)```/.exec(readme) ?? [];
  const directory = mkdtempSync(join(tmpdir(), 'lvsform-docs-'));
  try {
    const file = join(directory, 'cluster.yml');
    writeFileSync(file, yaml);
    const { cluster, warnings } = await loadInventory(file, { env: { VRRP_PASS: 'enough' } });
    assert.equal(warnings, []);
    assert.is(cluster.services.length, 1);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

test('the README tells every command, and no other', () => {
  const told = [...readme.matchAll(/^\| `lvsform (\w+)/gm)].map(([, name]) => name);
  assert.equal(told, Object.keys(commands));
});

test('every option that the README names is there', () => {
  const known = new Set(Object.values(commands).flatMap(({ options }) => Object.keys(options)));
  const named = [...readme.matchAll(/`--([a-z-]+)/g)].map(([, name = '']) => name);
  assert.ok(named.length > 5);
  for (const name of named) assert.ok(known.has(name) || name === 'help', `--${name}`);
});

test.run();
