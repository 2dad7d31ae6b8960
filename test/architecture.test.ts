import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { filesUnder } from './runner/files-under.ts';

/** What a room of src/ may import besides itself; `main.ts`, which wires them, is under no rule. */
const mayImport: Record<string, readonly string[]> = {
  model: [],
  probes: ['model'],
  kinds: ['model', 'probes'],
  roles: ['model', 'kinds'],
  config: ['model', 'kinds', 'roles'],
  engine: ['model'],
  transport: ['model'],
  report: ['model'],
  verify: ['model'],
  lab: ['model'],
  author: ['model'],
  commands: 'model probes kinds roles config engine transport report verify lab author'.split(' '),
};

/** The one file of a library, or the room in which it is. */
const homes = { ssh2: 'transport/', ajv: 'config/', 'p-limit': 'engine/', handlebars: 'config/render.ts' };

const mayDoIo = ['config', 'transport', 'report', 'lab', 'commands', 'main.ts'];
const io = /^node:(fs|child_process|net|dgram|dns|http|http2|https|tls)(\/|$)/;
const pureNet = /^import \{ *((isIP|isIPv4|isIPv6|BlockList|SocketAddress),? *)+\} from 'node:net';$/gm;
const specifiers = /^(?:import|export)\b[^'";]*'([^']+)'|\bimport\(\s*'([^']+)'/gm;

const files = filesUnder('src', '.ts');
const imports = files.flatMap(from => {
  const source = readFileSync(join('src', from), 'utf8').replaceAll(pureNet, '');
  return [...source.matchAll(specifiers)].map(([, plain, dynamic]) => {
    const to = plain ?? dynamic ?? '';
    return { from, to: to.startsWith('.') ? normalize(join(dirname(from), to)) : to };
  });
});
const local = imports.filter(({ to }) => files.includes(to));
const room = (path: string): string => path.split('/', 1)[0] ?? '';
const arrows = (found: typeof imports): string[] => found.map(({ from, to }) => `${from} -> ${to}`);

test('imports are seen, and every file has a room', () => {
  assert.ok(arrows(local).includes('model/kind.ts -> model/command.ts'));
  const strays = files.filter(path => path !== 'main.ts' && !(room(path) in mayImport));
  assert.equal(strays, []);
});

test('rooms import one way', () => {
  const wrong = local.filter(({ from, to }) => {
    const allowed = mayImport[room(from)];
    return allowed !== undefined && room(to) !== room(from) && !allowed.includes(room(to));
  });
  assert.equal(arrows(wrong), []);
});

test('no file imports itself by way of others', () => {
  const done = new Set<string>();
  const cycles = (file: string, path: readonly string[]): string[] => {
    if (path.includes(file)) return [[...path.slice(path.indexOf(file)), file].join(' -> ')];
    if (done.has(file)) return [];
    const found = local.filter(({ from }) => from === file).flatMap(({ to }) => cycles(to, [...path, file]));
    done.add(file);
    return found;
  };
  assert.equal(
    files.flatMap(file => cycles(file, [])),
    [],
  );
});

for (const [library, home] of Object.entries(homes)) {
  test(`${library} stays in one file, ${home}`, () => {
    const users = imports.filter(({ to }) => to === library || to.startsWith(`${library}/`));
    const found = [...new Set(users.map(({ from }) => from))];
    assert.ok(found.length <= 1 && found.every(from => from.startsWith(home)), found.join(', '));
  });
}

test('only the rooms at the edge do I/O', () => {
  assert.equal(arrows(imports.filter(({ from, to }) => io.test(to) && !mayDoIo.includes(room(from)))), []);
});

test.run();
