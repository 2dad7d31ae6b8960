import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bootLine } from '../../src/kinds/boot-line.ts';
import { directory } from '../../src/kinds/directory.ts';
import { file } from '../../src/kinds/file.ts';
import type { Answers } from '../../src/model/probe.ts';
import { files, type PathEntry, sizeLimit } from '../../src/probes/files.ts';
import { really, shells } from '../probes/real-sh.ts';

const test = suite('files, for real');
const root = process.getuid?.() === 0;
const me = { owner: 'root', group: 'root', mode: '0640' };

function inTemp(body: (path: (name: string) => string) => void): void {
  const directory = fs.mkdtempSync(join(tmpdir(), 'lvsform files '));
  try {
    body(name => join(directory, name));
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
}

function entries(
  shell: readonly string[],
  paths: readonly string[],
): ReadonlyMap<string, PathEntry | undefined> {
  return files.parse(really(shell, files.script(paths)), paths);
}

function answersOf(values: ReadonlyMap<string, unknown>): Answers {
  return { get: <Value>(_probe: unknown, key: string) => values.get(key) as Value | undefined };
}

function apply(
  shell: readonly string[],
  subject: Parameters<typeof file.move>[0],
  to: Parameters<typeof file.move>[2],
) {
  const [step] = file.move(subject, undefined, to);
  assert.ok(step);
  return really(shell, step);
}

if (!root) {
  test.skip('needs root: files get an owner', () => undefined);
} else {
  for (const shell of shells) {
    const name = shell.join(' ');

    test(`${name}: every content comes back as it was`, () =>
      inTemp(path => {
        const target = path("it's a $HOME; `file`");
        fc.assert(
          fc.property(
            fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', '\n', 'a', 'a\n\n', '\ufeffbom')),
            content => {
              const state = { ...me, ...textOrBytes(content) };
              assert.is(apply(shell, { path: target }, state).code, 0);
              assert.equal(entries(shell, [target]).get(target), { type: 'file', ...state });
            },
          ),
          { numRuns: 25 },
        );
        assert.equal(fs.readdirSync(path('.')).length, 1, 'no temporary file stays');
      }));

    test(`${name}: bytes that are no text come back as they were`, () =>
      inTemp(path => {
        fs.writeFileSync(path('bytes'), Buffer.from([0xff, 0, 0x80, 10]), { mode: 0o604 });
        const found = entries(shell, [path('bytes')]).get(path('bytes'));
        assert.ok(found?.type === 'file' && found.encoding === 'base64');
        fs.rmSync(path('bytes'));
        const { type: _, ...state } = found;
        assert.is(apply(shell, { path: path('bytes') }, state).code, 0);
        assert.equal([...fs.readFileSync(path('bytes'))], [0xff, 0, 0x80, 10]);
        assert.is(fs.statSync(path('bytes')).mode & 0o777, 0o604);
      }));

    test(`${name}: the probe tells files, directories, links, and nothing apart`, () =>
      inTemp(path => {
        fs.writeFileSync(path('a b'), 'x');
        fs.writeFileSync(path('-n'), 'second\n');
        fs.writeFileSync(path('empty'), '');
        fs.writeFileSync(path('large'), Buffer.alloc(sizeLimit + 1));
        fs.mkdirSync(path('dir'));
        fs.symlinkSync('to\nnowhere\n', path('link'));
        const names = ['a b', 'none', '-n', 'dir', 'link', 'empty', 'a b/below', 'large'];
        const found = entries(shell, names.map(path));
        const entry = (one: string) => found.get(path(one));
        assert.is((entry('a b') as { content: string }).content, 'x');
        assert.is((entry('-n') as { content: string }).content, 'second\n');
        assert.is((entry('empty') as { content: string }).content, '');
        assert.equal(entry('link'), { type: 'link', target: 'to\nnowhere\n' });
        assert.is(entry('dir')?.type, 'directory');
        assert.is(entry('large')?.type, 'other');
        assert.ok(found.has(path('none')) && entry('none') === undefined);
        assert.ok(found.has(path('a b/below')) && entry('a b/below') === undefined);
        assert.throws(() => file.read({ path: path('dir') }, answersOf(found)), /is not a file/);
        assert.throws(() => file.read({ path: path('large') }, answersOf(found)), /is not a file/);
        assert.throws(() => directory.read({ path: path('a b') }, answersOf(found)), /is not a directory/);
      }));

    test(`${name}: a refusal leaves the old file, says why, and hides the secret`, () =>
      inTemp(path => {
        const target = path('conf');
        fs.writeFileSync(target, 'old');
        const validate = { argv: ['sh', '-c', 'cat "$1" >&2; exit 3', 'check', '%s'] as const, quiet: false };
        const refused = apply(
          shell,
          { path: target, validate, conceal: ['auth_pass'] },
          { content: 'bad auth_pass hunter2\n', ...me },
        );
        assert.is(refused.code, 1);
        assert.match(refused.stderr, 'bad auth_pass (secret)');
        assert.match(refused.stderr, /sh refuses the new one \(code 3\)/);
        assert.not.match(refused.stderr + refused.stdout, 'hunter2');
        assert.is(fs.readFileSync(target, 'utf8'), 'old');
        assert.equal(fs.readdirSync(path('.')), ['conf']);
      }));

    test(`${name}: what a quiet validator says is a refusal; what it prints elsewhere is not`, () =>
      inTemp(path => {
        const target = path('conf');
        const says = (text: string, quiet: boolean) =>
          apply(
            shell,
            { path: target, validate: { argv: ['sh', '-c', text, 'check', '%s'], quiet } },
            { content: 'new', ...me },
          );
        assert.is(says('echo hm >&2', true).code, 1);
        assert.not.ok(fs.existsSync(target));
        assert.is(says('echo hm >&2', false).code, 0);
        assert.is(says('echo fine; test "$(cat "$1")" = new', true).code, 0);
      }));

    test(`${name}: a link is replaced as a link, and comes back as one`, () =>
      inTemp(path => {
        fs.mkdirSync(path('real'));
        fs.symlinkSync('real', path('link'));
        const before = file.read({ path: path('link') }, answersOf(entries(shell, [path('link')])));
        assert.is(apply(shell, { path: path('link') }, { content: 'now a file', ...me }).code, 0);
        assert.is(fs.readFileSync(path('link'), 'utf8'), 'now a file');
        assert.is(apply(shell, { path: path('link') }, before).code, 0);
        assert.is(fs.readlinkSync(path('link')), 'real');
        assert.is(
          apply(shell, { path: path('real') }, { content: 'x', ...me }).code,
          1,
          'a directory stays one',
        );
        assert.equal(fs.readdirSync(path('real')), []);
        assert.equal(fs.readdirSync(path('.')).sort(), ['link', 'real']);
      }));

    test(`${name}: a directory is made, changed, and removed only when it is empty`, () =>
      inTemp(path => {
        const step = (to?: typeof me) => {
          const [command] = directory.move({ path: path('d') }, undefined, to);
          assert.ok(command);
          return really(shell, command);
        };
        assert.is(step({ ...me, mode: '0750' }).code, 0);
        assert.is(step({ ...me, mode: '2755' }).code, 0);
        assert.equal(entries(shell, [path('d')]).get(path('d')), { ...me, type: 'directory', mode: '2755' });
        fs.writeFileSync(path('d/.kept'), '');
        assert.match(step().stderr, 'not empty');
        assert.ok(fs.existsSync(path('d')));
        fs.rmSync(path('d/.kept'));
        assert.is(step().code, 0);
        assert.not.ok(fs.existsSync(path('d')));
        assert.is(step().code, 0, 'gone already');
      }));

    test(`${name}: lines for the boot come, change in place, and go with their file`, () =>
      inTemp(path => {
        const target = path('sub/60-lvsform.conf');
        const set = (key: string, line?: string) =>
          assert.is(really(shell, bootLine(target, key, line)).code, 0);
        const lines = () => fs.readFileSync(target, 'utf8').split('\n').slice(1, -1);
        set('a.b', 'a.b = 1');
        set('a.c', 'a.c = 4 5\\n6');
        fs.appendFileSync(target, '# mine\na.b=7\nforeign = 1\n');
        set('a.b', 'a.b = 2');
        assert.equal(lines(), ['a.b = 2', 'a.c = 4 5\\n6', '# mine', 'foreign = 1']);
        assert.is(fs.statSync(target).mode & 0o777, 0o644);
        for (const key of ['a.b', 'foreign', 'a.c', 'none']) set(key);
        assert.not.ok(fs.existsSync(target));
        set('a.b');
        assert.not.ok(fs.existsSync(target), 'nothing to take out makes no file');
        assert.equal(fs.readdirSync(path('sub')), []);
      }));
  }
}

function textOrBytes(content: string): { content: string; encoding?: 'base64' } {
  const bytes = Buffer.from(content);
  return content.includes('\0') || bytes.toString() !== content
    ? { content: bytes.toString('base64'), encoding: 'base64' }
    : { content };
}

test.run();
