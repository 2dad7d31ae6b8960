import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

/**
 * A page a forwarding method, with its picture, and the very inventory that a lab test runs. After a change of an
 * inventory: UPDATE_GOLDEN=1 npx tsx test/forwarding-methods.test.ts
 */
const test = suite('pages of forwarding methods');

const root = new URL('..', import.meta.url).pathname;
const folder = join(root, 'docs', 'forwarding-methods');
const read = (...path: readonly string[]): string => readFileSync(join(...path), 'utf8');

const quote =
  /\[inventories\/([\w-]+\.yml)\]\([^)]*\)[^`]*\(`(test\/lab\/[\w.-]+)`\)[\s\S]*?```yaml\n([\s\S]*?)```/;

const methods = ['DR', 'NAT', 'TUN', 'FULLNAT'];

test('the methods are those of the schema', () => {
  const [words = ''] = /\[\s*"DR",[^\]]*\]/.exec(read(root, 'docs', 'schema', 'inventory.schema.json')) ?? [];
  assert.equal(JSON.parse(words), methods);
});

for (const method of methods) {
  const name = method.toLowerCase();
  const path = join(folder, `${name}.md`);

  test(`${method} quotes the inventory that its lab test runs`, () => {
    const [, inventory = '', labTest = '', quoted = ''] = quote.exec(read(path)) ?? [];
    const text = read(root, 'inventories', inventory);
    if (process.env['UPDATE_GOLDEN'] === '1') {
      writeFileSync(
        path,
        read(path).replace(/```yaml\n[\s\S]*?```/, () => `\`\`\`yaml\n${text}\`\`\``),
      );
    } else assert.fixture(quoted, text);
    assert.match(text, `method: ${method}\n`);
    assert.match(read(root, labTest), `.inventory('${inventory.replace('.yml', '')}'`);
  });

  test(`${method} has its picture, which tells itself to those who do not see it`, () => {
    assert.match(read(path), `](${name}.svg)`);
    const svg = read(folder, `${name}.svg`);
    assert.match(svg, /^<svg [^>]*viewBox="0 0 \d+ \d+"[^>]*aria-labelledby="title desc"/);
    assert.match(svg, /<title id="title">[^<]+<\/title>\s+<desc id="desc">[^<]{40,}<\/desc>/);
    assert.match(svg, 'prefers-color-scheme: dark');
    assert.not.match(svg, /<script|href=|url\((?!#)/);
  });

  test(`${method} stands in the table of all, and its picture has the addresses of its inventory`, () => {
    assert.match(read(folder, 'README.md'), `[${method}](${name}.md)`);
    const [, inventory = ''] = quote.exec(read(path)) ?? [];
    const text = read(root, 'inventories', inventory);
    const shown = new Set(read(folder, `${name}.svg`).match(/\b\d+\.\d+\.\d+\.\d+\b/g));
    const networks = [...shown].filter(ip => !ip.endsWith('.0'));
    assert.ok(networks.length >= 3, [...shown].join(' '));
    assert.equal(
      networks.filter(ip => !text.includes(ip)),
      [],
    );
  });
}

test('links between the pages lead somewhere', () => {
  for (const name of ['README', ...methods.map(method => method.toLowerCase())]) {
    const links = [...read(folder, `${name}.md`).matchAll(/\]\(([^)#:]+)\)/g)].map(([, link = '']) => link);
    assert.equal(
      links.filter(link => !existsSync(join(folder, link))),
      [],
      name,
    );
  }
});

test.run();
