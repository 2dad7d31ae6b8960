// timeout: 240 s
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { stringify } from 'yaml';
import { InputProblem } from '../../src/config/diagnostic.ts';
import { loadInventory } from '../../src/config/inventory.ts';
import { inventorySchema } from '../../src/config/schema/inventory.ts';
import { parseSource } from '../../src/config/source.ts';
import { checker } from '../../src/config/validate.ts';
import type { Json } from '../../src/model/json.ts';
import { Secret } from '../../src/model/secret.ts';

/** Whatever is done to a good inventory: a Cluster or an InputProblem, never a crash, never a dangerous text. */
const test = suite<{ folder: string }>('mutations');

const bases = await Promise.all(
  ['tunnel', 'proxy'].map(async name => {
    const file = new URL(`../fixtures/inventories/right/${name}.yml`, import.meta.url);
    const text = await readFile(file, 'utf8');
    return { name, text, good: parseSource('good', text).data as Json };
  }),
);

test.before(async context => {
  context.folder = await mkdtemp(join(tmpdir(), 'lvsform-mutations-'));
});
test.after(async ({ folder }) => rm(folder, { recursive: true }));

/** Texts that a shell, keepalived.conf or ssh would take for more than text. */
const evil = [
  'a\nb',
  'a\0b',
  'x; reboot',
  '$(reboot)',
  '`reboot`',
  'a}b{',
  'a"b',
  "a'b",
  'a\\b',
  '-oProxyCommand=x',
  '! x',
  'a # b',
  '\u2028',
  '\u202e',
  '\u001b[31m',
  '',
  ' ',
  '__proto__',
  'constructor',
];

const values: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(...evil, null, true, 0, -1, 1.5, 1e99, [], {}, [[]], { env: 'X' }, { file: '/' }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom<Json>(
    '192.168.0.1/24',
    '10.1.0.1',
    'fd00::1/64',
    'web01',
    'DR',
    'NAT',
    'tcp',
    '10.1.0.1/32',
  ),
  fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>,
);

type Path = readonly (string | number)[];

function paths(value: Json, path: Path = []): readonly Path[] {
  if (value === null || typeof value !== 'object') return [path];
  const entries: readonly [string | number, Json | undefined][] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value);
  return [path, ...entries.flatMap(([key, inner]) => paths(inner ?? null, [...path, key]))];
}

interface Change {
  readonly path: Path;
  readonly how: 'replace' | 'remove' | 'rename' | 'add';
  readonly key: string;
  readonly value: Json;
}

const changesOf = (good: Json): fc.Arbitrary<Change> =>
  fc.record({
    path: fc.constantFrom(...paths(good)),
    how: fc.constantFrom('replace', 'replace', 'remove', 'rename', 'add'),
    key: fc.oneof(
      fc.constantFrom(...evil, 'ssh', 'port', 'vip'),
      fc.string({ unit: 'binary', maxLength: 8 }),
    ),
    value: values,
  });

function changed(data: Json, { path, how, key, value }: Change, depth = 0): Json {
  const step = path[depth];
  if (step === undefined) return how === 'add' ? added(data, key, value) : value;
  if (data === null || typeof data !== 'object') return data;
  const last = depth === path.length - 1;
  if (Array.isArray(data)) {
    const inner = data.map((each, index) =>
      index === step ? changed(each, { path, how, key, value }, depth + 1) : each,
    );
    return last && how === 'remove' ? inner.filter((_, index) => index !== step) : inner;
  }
  const entries = Object.entries(data).flatMap(([name, each]): readonly (readonly [string, Json])[] => {
    if (name !== step) return [[name, each ?? null]];
    if (last && how === 'remove') return [];
    if (last && how === 'rename') return [[key, each ?? null]];
    return [[name, changed(each ?? null, { path, how, key, value }, depth + 1)]];
  });
  return Object.fromEntries(entries);
}

function added(data: Json, key: string, value: Json): Json {
  if (Array.isArray(data)) return [...data, value];
  return data !== null && typeof data === 'object' ? { ...data, [key]: value } : value;
}

/** Every text of a cluster but the user's free data, secrets revealed. */
function* texts(value: unknown, key = ''): Generator<string> {
  if (value instanceof Secret) yield value.reveal();
  else if (typeof value === 'string') yield value;
  else if (value !== null && typeof value === 'object' && key !== 'vars') {
    for (const [name, inner] of Object.entries(value)) {
      yield name;
      yield* texts(inner, name);
    }
  }
}

/** Line ends and control characters anywhere; and what only a path or a password on this machine may hold. */
const never = /[\p{Cc}\p{Zl}\p{Zp}]/u;

async function judge(folder: string, yaml: string): Promise<void> {
  const file = join(folder, 'inventory.yml');
  await writeFile(file, yaml);
  try {
    const { cluster } = await loadInventory(file, { env: { SUDO_PASSWORD: 'x' } });
    for (const found of texts(cluster)) assert.not.match(found, never);
    const spoken = cluster.hosts.map(host => ({
      ...host,
      ssh: { host: host.ssh.host, user: host.ssh.user },
    }));
    for (const found of texts({ ...cluster, hosts: spoken })) {
      assert.not.match(found, /[\s{}"'`$;\\!#]|^-/);
    }
  } catch (problem) {
    if (!(problem instanceof InputProblem)) throw problem;
    assert.ok(problem.diagnostics.length > 0);
    for (const { line, column, path, message, hint } of problem.diagnostics) {
      assert.ok(line > 0 && column > 0 && message.length > 0);
      assert.not.match(`${path} ${message} ${hint ?? ''}`, never);
    }
  }
}

for (const { name, text, good } of bases) {
  test(`changes to the data of ${name}`, async ({ folder }) => {
    await fc.assert(
      fc.asyncProperty(fc.array(changesOf(good), { minLength: 1, maxLength: 3 }), all =>
        judge(folder, stringify(all.reduce<Json>((data, change) => changed(data, change), good))),
      ),
      { numRuns: 400 },
    );
  });

  test(`changes to the text of ${name}`, async ({ folder }) => {
    const cut = fc.record({
      at: fc.nat(text.length),
      length: fc.nat(8),
      put: fc.oneof(
        fc.constantFrom(':', '- ', '{', '}', '[', '&a ', '*a', '|\n', '"', '\t', '\n', '!!x ', '<<: '),
        fc.string({ maxLength: 4 }),
      ),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(cut, { minLength: 1, maxLength: 3 }), all =>
        judge(
          folder,
          all.reduce((yaml, { at, length, put }) => yaml.slice(0, at) + put + yaml.slice(at + length), text),
        ),
      ),
      { numRuns: 400 },
    );
  });
}

/** Every text of the section, and every name in it, replaced by each text that haproxy.cfg would take for more. */
test('no text of the section proxy lets haproxy.cfg be written', () => {
  const good = bases.find(({ name }) => name === 'proxy')?.good;
  if (good === undefined) throw new Error('no inventory');
  const check = checker(inventorySchema);
  assert.equal(check(good), []);
  const places = paths(good).filter(path => path[0] === 'proxy' && path.length > 1);
  const texts = [
    ...evil.filter(text => text !== 'constructor'),
    ...['a b', 'x if TRUE', 'a\n    server evil 10.6.6.6:80', 'a\tb', '%[src]', '"', 'a,b'],
  ];
  const accepted: string[] = [];
  for (const path of places) {
    const given = ['listeners', 'pools', 'servers'].includes(String(path.at(-2)));
    for (const key of texts) {
      const ways: readonly Change[] = [
        { path, how: 'replace', key: '', value: key },
        ...(given && typeof path.at(-1) === 'string'
          ? [{ path, how: 'rename', key, value: null } as const]
          : []),
      ];
      for (const change of ways) {
        if (check(changed(good, change)).length > 0) continue;
        accepted.push(`${path.join('.')}: ${change.how} ${JSON.stringify(key)}`);
      }
    }
  }
  assert.ok(places.length > 50);
  assert.equal(accepted, []);
});

test.run();
