import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Handlebars from 'handlebars';
import { exit, Problem } from '../model/problem.ts';
import { helpers } from './template/helpers.ts';
import { withPartials } from './template/partials.ts';
import { inner, makeStrict } from './template/strict.ts';
import { follow, followIfThere, isTrue, TemplateFault, written } from './template/value.ts';

type Template = (data: object) => string;

/** Templates of the product: the same place from src/ and from dist/. */
const ownTemplates = fileURLToPath(new URL('../../templates/', import.meta.url));

/** Where templates are looked for: beside the playbook first, so that a user's goes before ours. */
export function templateDirs(playbook?: string): readonly string[] {
  return [...(playbook === undefined ? [] : [join(dirname(playbook), 'templates')]), ownTemplates];
}

/**
 * Renders templates by name: NAME.hbs in the first of `dirs` that has it, read and compiled once. Throws a
 * Problem (exit code 3) that names template and line for what is missing, empty, or no plain value.
 */
export function renderer(dirs: readonly string[]): (template: string, data: object) => string {
  const known = new Map<string, Template>();
  return (name, data) => {
    const template = known.get(name) ?? load(name, dirs);
    known.set(name, template);
    return template(data);
  };
}

const texts = new Map<string, Template>();

/** Renders a text that holds expressions. `name` is what a Problem calls it. */
export function renderText(text: string, data: object, name: string): string {
  if (!text.includes('{{')) return text;
  const key = `${name}\0${text}`;
  const template = texts.get(key) ?? compile(name, text);
  texts.set(key, template);
  return template(data);
}

/** The value that an expression alone names (`{{vars.port}}`): a number stays a number. undefined for any other text. */
export function valueNamed(text: string, data: object): unknown {
  const [, path] = /^\{\{\s*([A-Za-z_][\w.]*)\s*\}\}$/.exec(text) ?? [];
  return path === undefined ? undefined : followIfThere(data, path.split('.'));
}

function load(name: string, dirs: readonly string[]): Template {
  const { file, text } = find(name, dirs);
  return compile(file, text, program =>
    withPartials(
      program,
      other => {
        const part = find(other, dirs);
        return parse(part.text, part.file);
      },
      [name],
    ),
  );
}

function find(name: string, dirs: readonly string[]): { readonly file: string; readonly text: string } {
  if (!/^\w[\w.-]*(\/\w[\w.-]*)*$/.test(name)) {
    throw new Problem(`${JSON.stringify(name)} is not the name of a template`, {
      code: exit.input,
      next: 'name a file in templates/ beside the playbook, without .hbs',
    });
  }
  const file = `${name.replace(/\.hbs$/, '')}.hbs`;
  for (const dir of dirs) {
    const text = read(join(dir, file));
    if (text !== undefined) return { file, text };
  }
  throw new Problem(`there is no template ${file}`, {
    code: exit.input,
    why: `looked in ${dirs.join(', ')}`,
  });
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Problem(`${file} cannot be read`, { code: exit.input, cause: error });
  }
}

const engine = Handlebars.create();
for (const name of Object.keys(engine.helpers))
  if (!/^(each|with)$/.test(name)) engine.unregisterHelper(name);

/** Handlebars passes its options as the last argument. */
interface Options {
  readonly loc?: hbs.AST.SourceLocation;
  readonly fn: (context: unknown) => string;
  readonly inverse: (context: unknown) => string;
}

function register(
  name: string,
  call: (this: unknown, values: readonly unknown[], options: Options) => unknown,
) {
  engine.registerHelper(name, function helper(this: unknown, ...all: unknown[]) {
    const options = all.at(-1) as Options;
    try {
      return call.call(this, all.slice(0, -1), options);
    } catch (error) {
      if (error instanceof TemplateFault && lineOf(error) === undefined)
        Object.assign(error, { line: options.loc?.start.line, file: options.loc?.source });
      throw error;
    }
  });
}

register(inner.value, ([from, expression, ...steps]) => follow(from, steps as string[], String(expression)));
register(inner.maybe, ([from, , ...steps]) => followIfThere(from, steps as string[]));
register(inner.print, ([value, expression]) => written(value, String(expression)));
register('if', function branch([condition], { fn, inverse }) {
  return isTrue(condition) ? fn(this) : inverse(this);
});
register('unless', function branch([condition], { fn, inverse }) {
  return isTrue(condition) ? inverse(this) : fn(this);
});
for (const [name, { call }] of Object.entries(helpers)) register(name, values => call(...values));

const options = {
  strict: true,
  noEscape: true,
  knownHelpersOnly: true,
  knownHelpers: Object.fromEntries(Object.keys(engine.helpers).map(name => [name, true])),
} as CompileOptions;

function compile(name: string, text: string, complete = (program: hbs.AST.Program) => program): Template {
  const template = guard(name, () => engine.compile(makeStrict(complete(parse(text, name))), options));
  return data => guard(name, () => template(data));
}

function parse(text: string, file: string): hbs.AST.Program {
  try {
    return engine.parse(text, { srcName: file });
  } catch (error) {
    // The parser's own message quotes the text, which may hold what nobody should read.
    const line = Number(/on line (\d+)/.exec(String(error))?.[1] ?? lineOf(error) ?? 1);
    throw Object.assign(
      new TemplateFault('its braces do not fit together', 'write \\{{ where two braces are meant as such'),
      { line, file },
    );
  }
}

/** Makes Problems of a template's faults. */
function guard<Value>(name: string, work: () => Value): Value {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof TemplateFault)) throw error;
    const [line, file = name] = [lineOf(error), (error as { file?: string }).file];
    throw new Problem(error.message, {
      code: exit.input,
      where: line === undefined ? file : `${file}:${line}`,
      ...(error.hint === undefined ? {} : { next: error.hint }),
      cause: error,
    });
  }
}

function lineOf(error: unknown): number | undefined {
  const { line, lineNumber } = error as { line?: number; lineNumber?: number };
  return line ?? lineNumber;
}
