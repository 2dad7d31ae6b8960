import { exit, Problem } from '../model/problem.ts';
import { type Path, showPath } from './path.ts';
import { visible } from './quoted.ts';

export type Severity = 'error' | 'warning';

/** A mistake by its place in the data: what schema and lint find. */
export interface Finding {
  readonly path: Path;
  /** Whether the key at the path is meant, or its value. */
  readonly at: 'key' | 'value';
  readonly severity: Severity;
  /** What is wrong. Never holds a secret. */
  readonly message: string;
  /** What to write instead. */
  readonly hint?: string;
}

/** A mistake by its place in a file: lines and columns count from 1. */
export interface Diagnostic {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** `services.http.method`; empty for the whole document. */
  readonly path: string;
  readonly severity: Severity;
  readonly message: string;
  readonly hint?: string;
}

/** A wrong file of the user's, with every mistake that was found in it. `why` holds them as text. */
export class InputProblem extends Problem {
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    const sorted = inOrder(diagnostics);
    super(summary(sorted), { code: exit.input, why: renderDiagnostics(sorted) });
    this.diagnostics = sorted;
  }
}

/** Diagnostics as people and editors read them: `file:line:column: path: what`, and the hint on its own line. */
export function renderDiagnostics(diagnostics: readonly Diagnostic[]): string {
  return diagnostics
    .map(({ file, line, column, path, severity, message, hint }) => {
      const place = path === '' ? '' : `${path}: `;
      const kind = severity === 'warning' ? 'warning: ' : '';
      const next = hint === undefined ? '' : `\n    ${hint}`;
      return `${file}:${line}:${column}: ${kind}${place}${message}${next}`;
    })
    .join('\n');
}

/** Whatever can tell where a path stands in its file. */
export interface Located {
  readonly file: string;
  at(path: Path, part: 'key' | 'value'): { readonly line: number; readonly column: number };
}

/** Findings with their places in the file, in order. */
export function locate(source: Located, findings: Iterable<Finding>): readonly Diagnostic[] {
  return inOrder(
    [...fold(findings)].map(({ path, at, severity, message, hint }) => ({
      file: source.file,
      ...source.at(path, at),
      path: showPath(path),
      severity,
      message: visible(message),
      ...(hint === undefined ? {} : { hint: visible(hint) }),
    })),
  );
}

/** Mistakes of one kind that are told of one place, where many hosts may stand (a range, a pattern); the others are counted. */
const mostOfMany = 3;

/** What is said of many hosts that stand at one place is said once where it is the same, and of a few where numbers differ. */
function* fold(findings: Iterable<Finding>): Iterable<Finding> {
  const said = new Set<string>();
  const kinds = new Map<string, { readonly first: Finding; count: number }>();
  for (const one of findings) {
    const { path, at, severity, message } = one;
    const words = JSON.stringify([path, at, severity, message]);
    if (said.has(words)) continue;
    said.add(words);
    const kind = JSON.stringify([path, at, severity, message.replace(/[\d.]+/g, '#')]);
    const same = kinds.get(kind) ?? { first: one, count: 0 };
    kinds.set(kind, same);
    same.count += 1;
    if (same.count <= mostOfMany) yield one;
  }
  for (const { first, count } of kinds.values()) {
    const { path, at, severity } = first;
    const left = count - mostOfMany;
    if (left > 0) yield { path, at, severity, message: `and ${left} more like this` };
  }
}

function inOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return [...diagnostics].sort((a, b) => a.line - b.line || a.column - b.column);
}

function summary(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter(each => each.severity === 'error').length;
  const file = diagnostics[0]?.file ?? 'input';
  return `${file} has ${errors === 1 ? 'a mistake' : `${errors} mistakes`}`;
}
