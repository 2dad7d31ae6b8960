import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { testFile } from './test-file.ts';

const needs = suite('the needs of a file', { root: '' });

needs.before(context => {
  context.root = mkdtempSync(join(tmpdir(), 'lvsform-needs-'));
  mkdirSync(join(context.root, 'test/lab'), { recursive: true });
});

needs.after(({ root }) => rmSync(root, { recursive: true, force: true }));

needs('have defaults', ({ root }) => {
  const expected = { path: 'test/a.test.ts', lab: false, asked: false, timeoutSeconds: 60, graceSeconds: 20 };
  assert.equal(read(root, 'test/a.test.ts', "import { test } from 'uvu';\n"), expected);
});

needs('are read from comments in the first lines', ({ root }) => {
  const text = '// The whole cluster.\n// timeout: 300 s\n// grace: 45 s\n// needs: lab\n// runs: asked\n';
  const expected = { path: 'test/b.test.ts', lab: true, asked: true, timeoutSeconds: 300, graceSeconds: 45 };
  assert.equal(read(root, 'test/b.test.ts', text), expected);
});

needs('include the lab under test/lab/', ({ root }) => {
  assert.is(read(root, 'test/lab/c.test.ts', '').lab, true);
});

for (const line of ['// timeout: 5 min', '// timeout: 0 s', '// timeout:', '// needs: a miracle']) {
  needs(`are refused where they cannot be read: ${line}`, ({ root }) => {
    assert.throws(() => read(root, 'test/d.test.ts', `${line}\n`), `cannot read "${line}"`);
  });
}

function read(root: string, path: string, text: string) {
  writeFileSync(join(root, path), text);
  return testFile(root, path);
}

needs.run();
