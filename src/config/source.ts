import { readFile, stat } from 'node:fs/promises';
import { type Document, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import { type Diagnostic, InputProblem, type Located } from './diagnostic.ts';
import { nesting } from './nesting.ts';
import type { Path } from './path.ts';
import { yamlErrors } from './yaml-errors.ts';
import { offsetOf, start, writtenAt } from './yaml-place.ts';

/** More than any inventory by hand or by generator; keeps a wrong file name from eating the memory. */
const maxBytes = 8 * 1024 * 1024;
const maxDepth = 500;

/** A YAML file with the place of everything in it. */
export interface Source extends Located {
  readonly data: unknown;
  /** A scalar as it is written (`0123`), or undefined where the path leads to none. */
  written(path: Path): string | undefined;
}

/** Reads a YAML file. Throws an InputProblem for one that is missing, too large, not text or not YAML. */
export async function readSource(file: string): Promise<Source> {
  const fail = (message: string, hint?: string) => wrong(file, [1, 1], message, hint);
  const bytes = await read(file).catch((error: NodeJS.ErrnoException) => {
    throw fail(unreadable[error.code ?? ''] ?? `cannot be read: ${error.message}`);
  });
  if (bytes === undefined)
    throw fail(`is larger than ${maxBytes / 1024 / 1024} MiB`, 'is it the right file?');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw fail('is not UTF-8 text', 'is it the right file?');
  }
  return parseSource(file, text);
}

async function read(file: string): Promise<Uint8Array | undefined> {
  const { size } = await stat(file);
  if (size > maxBytes) return undefined;
  const bytes = await readFile(file);
  return bytes.length > maxBytes ? undefined : bytes;
}

const unreadable: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'is a directory',
  EACCES: 'must not be read by you',
};

/** The same for a text at hand; `file` is its name in diagnostics. */
export function parseSource(file: string, text: string): Source {
  const lines = new LineCounter();
  const place = (offset: number): [number, number] => {
    const { line, col } = lines.linePos(offset);
    return [Math.max(line, 1), Math.max(col, 1)];
  };
  if (nesting(text) > maxDepth)
    throw wrong(file, [1, 1], 'is nested too deeply', `${maxDepth} levels at most`);
  const document = parseDocument(text, options(lines));
  const faults = [...document.errors, ...document.warnings];
  // What follows the first fault is mostly its echo; a key that stands twice is a mistake of its own.
  const first = faults.find(({ code }) => code !== 'DUPLICATE_KEY');
  const told = faults.filter(fault => fault === first || fault.code === 'DUPLICATE_KEY');
  const found =
    told.length > 0 ? told.map(({ code, pos }) => ({ code, offset: pos[0] })) : oddities(document);
  if (found.length > 0) {
    throw new InputProblem(
      found.map(({ code, offset }) => diagnostic(file, place(offset), ...yamlErrors[code])),
    );
  }
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) {
    throw wrong(file, [1, 1], 'is empty');
  }
  return {
    file,
    data: plain(file, document),
    at(path, part) {
      const [line, column] = place(offsetOf(document, path, part));
      return { line, column };
    },
    written: path => writtenAt(document, path),
  };
}

const options = (lineCounter: LineCounter) =>
  ({
    lineCounter,
    prettyErrors: false,
    stringKeys: true,
    // !!binary and the like make other things than JSON.
    resolveKnownTags: false,
  }) as const;

function plain(file: string, document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw wrong(
      file,
      [1, 1],
      'its aliases unfold to too much',
      'write values out, or use fewer aliases',
      error,
    );
  }
}

/** What YAML allows and data cannot be: keys that JavaScript or YAML 1.1 take for something else, aliases in a circle. */
function oddities(document: Document): readonly { code: keyof typeof yamlErrors; offset: number }[] {
  const found: { code: keyof typeof yamlErrors; offset: number }[] = [];
  visit(document, {
    Pair(_, { key }) {
      const offset = start(key) ?? 0;
      if (isScalar(key) && key.value === '<<') found.push({ code: 'MERGE_KEY', offset });
      if (isScalar(key) && key.value === '__proto__') found.push({ code: 'ODD_KEY', offset });
    },
    Alias(_, alias, path) {
      const node = alias.resolve(document);
      const offset = start(alias) ?? 0;
      if (node === undefined) found.push({ code: 'BAD_ALIAS', offset });
      else if (path.includes(node)) found.push({ code: 'CIRCLE', offset });
    },
  });
  return found;
}

function diagnostic(file: string, at: readonly [number, number], message: string, hint?: string): Diagnostic {
  const [line, column] = at;
  return {
    file,
    line,
    column,
    path: '',
    severity: 'error',
    message,
    ...(hint === undefined ? {} : { hint }),
  };
}

function wrong(
  file: string,
  at: readonly [number, number],
  message: string,
  hint?: string,
  cause?: unknown,
): InputProblem {
  const problem = new InputProblem([diagnostic(file, at, message, hint)]);
  if (cause !== undefined) problem.cause = cause;
  return problem;
}
