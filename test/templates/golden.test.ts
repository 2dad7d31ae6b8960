import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { filesUnder } from '../runner/files-under.ts';
import { renderedFiles } from './rendered.ts';
import { scenes } from './scenes.ts';

/**
 * What the templates give, kept as files for people to read in a review. After a wanted change:
 * UPDATE_GOLDEN=1 npx tsx test/templates/golden.test.ts
 */
const golden = suite('golden');
const root = fileURLToPath(new URL('golden', import.meta.url));
const update = process.env['UPDATE_GOLDEN'] === '1';
if (update) rmSync(root, { recursive: true, force: true });

/** /etc/default/keepalived and /etc/sysconfig/keepalived are one file of two distributions. */
const fileOf = (path: string) => /\/(default|sysconfig)\/keepalived$/.exec(path)?.[1] ?? basename(path);

const wanted = new Map(
  scenes.flatMap(({ name, cluster, hosts, keepalived, haproxy }) =>
    hosts.flatMap(host =>
      renderedFiles(cluster, host, keepalived, haproxy).map(({ path, text }) => [
        join(name, host, fileOf(path)),
        text,
      ]),
    ),
  ) as [string, string][],
);

for (const [file, text] of wanted) {
  golden(file, () => {
    const path = join(root, file);
    if (update) {
      mkdirSync(join(path, '..'), { recursive: true });
      writeFileSync(path, text);
    }
    assert.ok(existsSync(path), `${file} is new: see the head of this test`);
    assert.fixture(text, readFileSync(path, 'utf8'));
  });
}

golden('no golden file is left over', () => {
  assert.equal(
    filesUnder(root, '').filter(file => !wanted.has(file)),
    [],
  );
});

golden('every text ends with one line end, and no line with a space', () => {
  const untidy = [...wanted].filter(([, text]) => !/[^\n]\n$/.test(text) || / $/m.test(text));
  assert.equal(
    untidy.map(([file]) => file),
    [],
  );
});

golden.run();
