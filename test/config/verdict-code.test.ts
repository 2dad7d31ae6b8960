import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Script } from 'node:vm';
import standalone from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Verdict } from '../../src/config/ready-verdicts.ts';
import { inventorySchema } from '../../src/config/schema/inventory.ts';
import { registrySchema } from '../../src/config/schema/playbook.ts';
import { parseSource } from '../../src/config/source.ts';
import { checker } from '../../src/config/validate.ts';
import { verdictCode } from '../../src/config/verdict-code.ts';
import { kinds } from '../../src/kinds/index.ts';
import type { Schema } from '../../src/model/kind.ts';

const root = new URL('../..', import.meta.url).pathname;

/** The schemas by title, each with its verdict as it is built. */
const built = await (async () => {
  const { outputFiles } = await build({
    stdin: { contents: verdictCode(standalone.default), resolveDir: join(root, 'src/config'), loader: 'js' },
    bundle: true,
    format: 'cjs',
    platform: 'node',
    write: false,
  });
  const module = { exports: {} as { ready: ReadonlyMap<Schema, Verdict> } };
  const text = `(module, exports, require) => {${outputFiles[0]?.text}\n}`;
  new Script(text).runInThisContext()(module, module.exports, createRequire(import.meta.url));
  return new Map([...module.exports.ready].map(([schema, verdict]) => [String(schema['title']), verdict]));
})();

function documents(folder: string): readonly { file: string; data: unknown }[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.yml'))
    .flatMap(name => {
      const file = join(root, folder, name);
      try {
        return [{ file, data: parseSource(file, readFileSync(file, 'utf8')).data }];
      } catch {
        // It is no YAML at all.
        return [];
      }
    });
}

test('every schema has its verdict', () => {
  const schemas = [inventorySchema, registrySchema, ...[...kinds.values()].map(({ schema }) => schema)];
  assert.equal([...built.keys()].sort(), schemas.map(schema => String(schema['title'])).sort());
});

for (const [schema, folders] of [
  [inventorySchema, ['inventories', 'test/fixtures/inventories']],
  [registrySchema, ['playbooks', 'test/fixtures/playbooks']],
] as const) {
  test(`what is built judges as what is compiled does: ${schema['title']}`, () => {
    const check = checker(schema);
    const all = folders.flatMap(documents);
    const verdicts = all.map(({ file, data }) => {
      const good = built.get(String(schema['title']))?.(data);
      assert.is(good, check(data).length === 0, file);
      return good;
    });
    assert.ok(verdicts.includes(true) && verdicts.includes(false), `${all.length} documents`);
  });
}

test('specs of all kinds, good ones and broken ones', () => {
  for (const { name, schema } of kinds.values()) {
    const verdict = built.get(String(schema['title']));
    const examples = (schema['examples'] as readonly object[] | undefined) ?? [];
    assert.ok(examples.length > 0, name);
    for (const example of examples) {
      const broken = [{ ...example, strange: 1 }, Object.fromEntries(Object.entries(example).slice(1)), []];
      for (const spec of [example, ...broken]) {
        assert.is(verdict?.(spec), checker(schema)(spec).length === 0, `${name}: ${JSON.stringify(spec)}`);
      }
    }
  }
});

test('this Node takes the bytecode that is built beside the program', () => {
  const lib = join(root, 'dist/lib');
  const [filename = ''] = readdirSync(lib).filter(name => name.endsWith('.cjs'));
  assert.ok(existsSync(join(lib, `${filename}.bytecode`)));
  const cachedData = readFileSync(join(lib, `${filename}.bytecode`));
  const script = new Script(readFileSync(join(lib, filename), 'latin1'), { filename, cachedData });
  assert.is(script.cachedDataRejected, false);
});

test.run();
