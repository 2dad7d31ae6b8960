import { readFile } from 'node:fs/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { generated } from './generated.ts';

/** What is made from the schemas is what stands in the tree. */
const test = suite('generated files');

for (const { path, text } of generated) {
  test(`${path} is as the schemas make it (npx tsx test/config/generate.ts)`, async () => {
    const there = await readFile(new URL(`../../${path}`, import.meta.url), 'utf8');
    assert.fixture(there, await text());
  });
}

test.run();
