import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { renderer, renderText, templateDirs } from '../../src/config/render.ts';
import { Problem } from '../../src/model/problem.ts';
import { Secret } from '../../src/model/secret.ts';

/** Templates: what they give, and that nothing vanishes or is made up in them. */
const test = suite('templates');

const data = {
  one: 1,
  two: 2,
  weight: 0,
  off: false,
  nothing: null,
  unset: undefined,
  map: { x: 1 },
  list: [1, 'b'],
  none: [],
  secret: new Secret('hunter2'),
  rows: [{ name: 'v', keys: [new Secret('q')] }],
  versions: { keepalived: '1:2.2.7-1+b2', odd: 'git' },
  text: 'x\n\ny',
};

const good: readonly [template: string, text: string][] = [
  ['{{one}}{{two}}', '12'],
  ['{{off}}{{off}}', 'falsefalse'],
  ['{{#if weight}}weight {{weight}}{{/if}}', 'weight 0'],
  ['{{#if unset}}1{{else if (eq one 1)}}2{{/if}}', '2'],
  ['{{#if none}}1{{else}}2{{/if}}', '2'],
  ['{{#unless nothing}}1{{/unless}}', '1'],
  ['{{secret}}', 'hunter2'],
  [
    '{{#each rows}}{{name}}{{../one}}{{@index}}{{#each keys}}{{this}}{{@root.two}}{{/each}}{{/each}}',
    'v10q2',
  ],
  ['{{#each rows as |row i|}}{{row.name}}{{i}}{{/each}}', 'v0'],
  ['{{#each map}}{{@key}}={{this}}{{/each}}', 'x=1'],
  ['{{#with map}}{{x}}{{/with}}', '1'],
  ['{{#if (present missing.deeply)}}1{{else}}2{{/if}}', '2'],
  ["{{#if (atLeast versions.keepalived '2.2')}}1{{/if}}", '1'],
  ["{{#if (atLeast versions.keepalived '2.10.0')}}1{{else}}2{{/if}}", '2'],
  ["{{#if (atLeast versions.unknown '0')}}1{{else}}2{{/if}}", '2'],
  ["{{#if (atLeast versions.odd '0.1')}}1{{else}}2{{/if}}", '2'],
  ['{{join list ", "}}', '1, b'],
  ['{{indent text 2}}', '  x\n\n  y'],
  ['{{#if (and one weight (not off))}}1{{/if}}{{or off none}}{{ne one "1"}}', '1falsefalse'],
  ['\\{{one}} { {one} }', '{{one}} { {one} }'],
  ['a\n{{#if one}}\nb\n{{/if}}\nc\n', 'a\nb\nc\n'],
  ['<{{text}}>', '<x\n\ny>'],
];

for (const [template, text] of good) {
  test(`${JSON.stringify(template)} gives ${JSON.stringify(text)}`, () => {
    assert.is(renderText(template, data, 'test'), text);
  });
}

const bad: readonly [template: string, what: string, next?: string][] = [
  ['{{missing}}', 'missing is not set'],
  ['\n\n{{#if missing}}{{/if}}', 'missing is not set'],
  ['{{#each missing}}{{/each}}', 'missing is not set'],
  ['{{#if (eq missing 1)}}{{/if}}', 'missing is not set'],
  ['{{mapp.x}}', 'mapp.x is not set', 'did you mean map?'],
  ['{{#each rows}}{{nmae}}{{/each}}', 'nmae is not set', 'did you mean name?'],
  ['{{#each rows as |row|}}{{row.nmae}}{{/each}}', 'row.nmae is not set', 'did you mean name?'],
  ['{{nothing}}', 'nothing is empty', 'write it inside of {{#if nothing}}'],
  ['{{unset}}', 'unset is empty', 'write it inside of {{#if unset}}'],
  ['{{map}}', 'map is a map', 'name one of its members'],
  ['{{list}}', 'list is a list', 'use {{#each}} or {{join}}'],
  ['{{join map ","}}', 'join needs a list'],
  ['{{constructor}}', 'constructor is not set'],
  ['{{map.__proto__.x}}', 'map.__proto__.x is not set'],
  ['{{secret.reveal}}', 'secret.reveal is not set'],
  [
    '{{lookup map "x"}}',
    'lookup is no helper',
    'helpers: eq, ne, not, and, or, present, atLeast, join, indent',
  ],
  ['{{$value map}}', '$value is no helper', 'helpers: eq, ne, not, and, or, present, atLeast, join, indent'],
  ['{{#rows}}x{{/rows}}', '#rows is no block', 'blocks: #if, #unless, #each, #with'],
  ['{{eq one}}', 'eq takes 2 values'],
  ['{{> other}}', 'partials and decorators are not supported'],
  ['{{one', 'its braces do not fit together', 'write \\{{ where two braces are meant as such'],
  ['{{#if one}}', 'its braces do not fit together', 'write \\{{ where two braces are meant as such'],
];

for (const [template, what, next] of bad) {
  test(`${JSON.stringify(template)} is refused: ${what}`, () => {
    try {
      renderText(template, data, 'test.hbs');
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      assert.is(problem.message, what);
      assert.is(problem.next, next);
      assert.is(problem.code, 3);
      assert.match(problem.where ?? '', template.startsWith('\n') ? /^test\.hbs:3$/ : /^test\.hbs:1$/);
      return;
    }
    assert.unreachable('it was rendered');
  });
}

test("a template beside the playbook goes before the product's", async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lvsform-templates-'));
  try {
    await mkdir(join(folder, 'templates'));
    await writeFile(join(folder, 'templates', 'keepalived.conf.hbs'), 'mine: {{one}}\n');
    const dirs = templateDirs(join(folder, 'play.yml'));
    assert.is(renderer(dirs)('keepalived.conf', data), 'mine: 1\n');
    assert.throws(() => renderer(templateDirs())('keepalived.conf', {}), /is not set/);
    assert.throws(() => renderer(dirs)('nothing-such', {}), /there is no template nothing-such\.hbs/);
    for (const name of ['../play.yml', '/etc/passwd', '-x', 'a//b', 'a/../b', '']) {
      assert.throws(() => renderer(dirs)(name, {}), /is not the name of a template/, name);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a template may name others, which see what the place sees; a mistake in one is told with its file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lvsform-templates-'));
  const write = (name: string, text: string) => writeFile(join(folder, 'templates', name), text);
  try {
    await mkdir(join(folder, 'templates', 'parts'), { recursive: true });
    await write('whole.hbs', 'a\n{{#each rows}}\n{{> parts/row}}\n{{/each}}\n{{> parts/end}}\n');
    await write('parts/row.hbs', '{{name}} {{#each keys}}{{this}}{{/each}}\n');
    await write('parts/end.hbs', '{{#if off}}\n{{off}}\n{{/if}}\nz\n');
    await write('faulty.hbs', '{{one}}\n{{> parts/faulty}}\n');
    await write('parts/faulty.hbs', '\n{{#if one}}\n{{nmae}}\n{{/if}}\n');
    await write('open.hbs', '{{> parts/open}}\n');
    await write('parts/open.hbs', '{{#if one}}\n');
    await write('endless.hbs', '{{> parts/endless}}\n');
    await write('parts/endless.hbs', '{{> endless}}\n');
    await write('told.hbs', '{{> parts/row name=one}}\n');
    await write('lost.hbs', '{{> ../../etc/passwd}}\n');
    const render = renderer(templateDirs(join(folder, 'play.yml')));
    assert.is(render('whole', data), 'a\nv q\nz\n');
    const where = (template: string) => {
      try {
        return render(template, data);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        return `${error.where}: ${error.message}`;
      }
    };
    assert.is(where('faulty'), 'parts/faulty.hbs:3: nmae is not set');
    assert.is(where('open'), 'parts/open.hbs:2: its braces do not fit together');
    assert.is(where('endless'), 'parts/endless.hbs:1: endless contains itself');
    assert.is(where('told'), 'told.hbs:1: a partial takes a name and nothing else');
    assert.match(where('lost'), 'is not the name of a template');
  } finally {
    await rm(folder, { recursive: true });
  }
});

test.run();
