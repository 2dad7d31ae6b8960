// timeout: 300 s
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
import { kinds } from '../../src/kinds/index.ts';
import type { Json } from '../../src/model/json.ts';
import { quoteArgv } from '../../src/model/quote.ts';
import { batchText } from '../../src/transport/batch.ts';
import { figure } from '../faults/figure.ts';
import { renderedFiles } from '../templates/rendered.ts';
import { shells } from '../transport/local-shell.ts';
import { type StringField, stringFields } from './string-fields.ts';

/** Texts that a shell, keepalived.conf or haproxy.cfg would take for more: each is refused, or is only a text at its end. */
const test = suite('injection', { folder: '' });
const strings = 10_000;

test.before(context => {
  context.folder = mkdtempSync(join(tmpdir(), 'lvsform-injection-'));
});
test.after(({ folder }) => rmSync(folder, { recursive: true }));

/** What would leave a file behind, where it is run. */
const tripwires = [
  '$(touch trip)',
  '`touch trip`',
  ';touch trip;',
  '|touch trip',
  '&touch trip&',
  '\ntouch trip\n',
  '>trip',
];
const pieces = [
  ...tripwires,
  ...[
    '"',
    "'",
    '\\',
    '\n',
    '\r',
    '\t',
    '\u2028',
    '\u2029',
    '\u0085',
    ';',
    '{',
    '}',
    '#',
    '!',
    '$',
    '~',
    '*',
    '?',
    '[',
  ],
  ...[
    '-',
    '--',
    '-rf',
    ' ',
    '  ',
    '<<EOF',
    '%s',
    '%n',
    '\u001b[2J',
    '\u202e',
    '$IFS',
    '\u0024{x}',
    '$((1))',
    "$'\\n'",
    '!!',
  ],
  ...[
    '}\nvirtual_server',
    '\n  notify "/bin/sh"',
    'include /etc/shadow',
    '@x',
    '~SEQ',
    '$PASS=x',
    'ä',
    '\u{1f600}',
    'a',
    'eth0',
  ],
];
const evil = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...pieces) },
      fc.string({ unit: 'grapheme', maxLength: 6 }),
    ),
    {
      minLength: 1,
      maxLength: 5,
    },
  )
  .map(parts => parts.join(''));
const carried = evil.filter(text => !text.includes('\0'));

/** Neither a word's end nor the beginning of anything else, in any of the languages in which it may end. */
const dangerous = /[\p{Cc}\p{Zl}\p{Zp}"'`$;\\!#()<>|&\s]|^-/u;

/**
 * Fields that may hold anything printable, because nothing reads them but a program that gets them as one argument, or by
 * stdin: each with the way that it goes. A new field that takes such a text is to be looked at, and put down here or closed.
 */
const literal: Readonly<Record<string, string>> = {
  'inventory director.ipvsadm.source': 'an argument of cat',
  'inventory vrrp.*.auth_pass.file': 'a path on this machine',
  'inventory vrrp.*.auth_pass.command[]': 'an argv on this machine, run without a shell',
  'inventory keepalived.track_scripts.*.script[]': 'an argument may begin with -; the program may not',
  'inventory keepalived.track_processes.*.process[]': 'an argument may begin with -; the program may not',
  'inventory services.*.quorum_up[]': 'an argument may begin with -; the program may not',
  'inventory services.*.quorum_down[]': 'an argument may begin with -; the program may not',
  'inventory services.*.real_servers.*.notify_up[]': 'an argument may begin with -; the program may not',
  'inventory services.*.real_servers.*.notify_down[]': 'an argument may begin with -; the program may not',
  'inventory services.*.verify.send': 'an argument of what asks, on the client',
  'inventory services.*.verify.expect': 'compared here',
  'inventory services.*.verify.run[]': 'an argv on the client, run without a shell',
  'source-build source': 'an argument of cat',
  'source-build directory': 'an argument',
  'sysctl value': 'an argument, and the end of a line',
  'file owner': 'names of accounts may end with $ (useradd(8)); an argument',
  'file group': 'the same',
  'directory owner': 'the same',
  'directory group': 'the same',
  'file path': 'an argument',
  'file content': 'stdin',
  'file since.least.why': 'words of a message',
  'file since.words.<name>': 'compared here',
  'file validate.argv[]': 'an argv, run without a shell',
  'directory path': 'an argument',
  'service name': 'systemd escapes names with \\; an argument',
  'service reload_on[]': 'an argument',
  'service restart_on[]': 'an argument',
  'iptables rule[]': 'an argv of iptables; other tables and commands are refused',
  'leaving conf': 'an argument',
  'kept-table conf': 'an argument',
  'command name': 'words of a message',
  'command run[]': 'an argv, run without a shell',
  'command unless[]': 'an argv, run without a shell',
  'command undo[]': 'an argv, run without a shell',
};

const schemas = new Map([
  ['inventory', inventorySchema],
  ...[...kinds].map(([name, kind]) => [name, kind.schema] as const),
]);
const fields = [...schemas].flatMap(([name, schema]) =>
  stringFields(schema).map(field => ({ ...field, path: `${name} ${field.path}` })),
);

test('fields of the schemas are found by walking them', () => {
  assert.ok(fields.length > 100, String(fields.length));
  for (const path of ['inventory hosts.<name>', 'inventory services.*.vip', 'package name', 'file content'])
    assert.ok(
      fields.some(field => field.path === path),
      path,
    );
});

test('a field takes no dangerous text, except those that are known to carry it as it is', () => {
  const texts = [
    ...pieces.flatMap(piece => [piece, `a${piece}`, `a${piece}b`, `/a${piece}b`]),
    'a\0b',
    '',
    ' ',
  ];
  const takes = ({ schema }: StringField) => {
    const check = checker(schema);
    return texts.some(text => dangerous.test(text) && check(text).length === 0);
  };
  const open = new Set(fields.filter(takes).map(({ path }) => path));
  assert.equal(
    [...open].filter(path => literal[path] === undefined),
    [],
  );
  assert.equal(
    Object.keys(literal).filter(path => !open.has(path)),
    [],
    'no longer needed',
  );
});

test('10,000 generated strings: no field that is not literal takes a dangerous one', () => {
  const closed = fields.filter(({ path }) => literal[path] === undefined);
  const checks = closed.map(({ path, schema }) => ({ path, check: checker(schema) }));
  const leaks: string[] = [];
  let at = 0;
  for (const text of fc.sample(
    fc.oneof(
      evil,
      evil.map(one => `a${one}`),
      evil.map(one => `/${one}`),
    ),
    { numRuns: strings, seed: 1 },
  )) {
    for (let each = 0; each < 12; each += 1) {
      const { path = '', check } = checks[at++ % checks.length] ?? {};
      if (dangerous.test(text) && check?.(text).length === 0) leaks.push(`${path}: ${JSON.stringify(text)}`);
    }
  }
  assert.equal(leaks, []);
  assert.ok(at >= strings);
});

for (const shell of shells) {
  const [program, ...args] = shell;
  test(`${shell.join(' ')}: ${strings} strings come through as they are, and nothing else happens`, ({
    folder,
  }) => {
    const all = fc.sample(carried, { numRuns: strings, seed: 2 });
    for (let from = 0; from < all.length; from += 500) {
      const words = all.slice(from, from + 500);
      const batch = batchText([
        { argv: ['printf', '%s\\0', ...words] },
        { argv: ['cat'], stdin: words.join('\u0001') },
      ]);
      const text = `e() { :; }\n${batch}\nb\nset -- ${quoteArgv(words)}; printf '%s\\0' "$@"\n`;
      const out = execFileSync(program, [...args, '-s'], {
        ...{ input: text, cwd: folder, encoding: 'utf8', maxBuffer: 1 << 26 },
        env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8' },
      });
      const once = words.map(word => `${word}\0`).join('');
      assert.is(out, once + words.join('\u0001') + once);
    }
    assert.equal(readdirSync(folder), [], 'no tripwire');
  });
}

type Path = readonly (string | number)[];

function texts(value: Json, path: Path = []): readonly Path[] {
  if (typeof value === 'string') return [path];
  if (value === null || typeof value !== 'object') return [];
  return (Array.isArray(value) ? [...value.entries()] : Object.entries(value)).flatMap(([key, inner]) =>
    texts(inner as Json, [...path, key]),
  );
}

function put(data: Json, [step, ...rest]: Path, change: (text: string) => string): Json {
  if (step === undefined) return typeof data === 'string' ? change(data) : data;
  if (Array.isArray(data))
    return data.map((each, index) => (index === step ? put(each, rest, change) : each));
  return Object.fromEntries(
    Object.entries(data as object).map(([key, each]) => [
      key,
      key === step ? put(each as Json, rest, change) : each,
    ]),
  );
}

/** The first word of each line, and how many braces there are: what a text makes a program do, without what it is told. */
function shapeOf(text: string): string {
  const lines = text.split('\n').map(line => /^\s*\S*/.exec(line)?.[0].trimStart() ?? '');
  return `${lines.join('\n')} ${text.split('{').length} ${text.split('}').length}`;
}

/** Every file that every role renders, as shapes. */
async function shapes(file: string): Promise<ReadonlyMap<string, string>> {
  const { cluster } = await loadInventory(file, { env: new Proxy({}, { get: () => 'x' }) });
  return new Map(
    cluster.hosts.flatMap(({ name }) =>
      renderedFiles(cluster, name, '2.2.7', '2.6.12').map(
        ({ path, text }) => [`${name} ${path}`, shapeOf(text)] as const,
      ),
    ),
  );
}

const harmless = [
  'x',
  '9',
  '-x',
  '.x',
  '_x',
  '=x',
  '%x',
  '@x',
  '^x',
  '+x',
  ',x',
  ':x',
  '/x',
  '~x',
  '?x=y',
  '*',
];
const bases = ['active-active', 'checks', 'dr-vrrp', 'nat', 'fullnat', 'firewall', 'proxy', 'services'];

test('through every template: what an inventory takes makes no new line, directive or brace', async ({
  folder,
}) => {
  const seen = { refused: 0, rendered: 0, files: new Set<string>() };
  const grown: string[] = [];
  for (const base of bases) {
    const text = readFileSync(new URL(`../../inventories/${base}.yml`, import.meta.url), 'utf8');
    const good = parseSource(base, text).data as Json;
    const file = join(folder, 'inventory.yml');
    writeFileSync(file, text);
    const before = await shapes(file);
    const places = texts(good);
    const bad = fc.sample(evil, { numRuns: places.length, seed: 3 });
    for (const [index, path] of places.entries()) {
      const additions = [
        bad[index] ?? '',
        ...[0, 5].map(step => harmless[(index + step) % harmless.length] ?? ''),
      ];
      for (const addition of additions) {
        writeFileSync(file, stringify(put(good, path, one => one + addition)));
        try {
          for (const [name, shape] of await shapes(file)) {
            seen.files.add(name.replace(/^.*\//, ''));
            // Whether one more of a thing is wanted is for its own tests: a name that is another one takes files away.
            const was = before.get(name);
            if (was !== undefined && shape.split('\n').length > was.split('\n').length)
              grown.push(`${base} ${path.join('.')} + ${JSON.stringify(addition)}: ${name}`);
          }
          seen.rendered += 1;
        } catch (error) {
          if (!(error instanceof InputProblem)) throw error;
          seen.refused += 1;
        }
      }
    }
  }
  process.stdout.write(`${seen.refused} refused, ${seen.rendered} rendered: ${[...seen.files].join(' ')}\n`);
  assert.equal(grown, []);
  for (const name of [
    'keepalived.conf',
    'haproxy.cfg',
    'ipvs_server.sh',
    'rs_server.sh',
    'lvsform-gateway.sh',
    'lvsform-firewall.sh',
    'lvsform-director.sh',
  ])
    assert.ok(seen.files.has(name), name);
  assert.ok(seen.refused > 300 && seen.rendered > 60);
  rmSync(join(folder, 'inventory.yml'));
});

test('the figures', () => {
  assert.ok(figure('injected-strings', strings * shells.length, 'strings', { atLeast: 10_000 }));
  assert.ok(figure('string-fields', fields.length, 'fields', { atLeast: 100 }));
});

test.run();
