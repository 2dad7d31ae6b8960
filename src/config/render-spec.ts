import type { AnyKind } from '../model/kind.ts';
import { Problem } from '../model/problem.ts';
import type { Finding } from './diagnostic.ts';
import { type Path, showPath } from './path.ts';
import { hasExpression } from './playbook.ts';
import { renderText, valueNamed } from './render.ts';
import { checker } from './validate.ts';
import type { View } from './view.ts';

/**
 * A spec with its expressions rendered for one host, and what is wrong with it then. A value that is one
 * expression and nothing else may keep its type: where the kind wants a number, `{{vars.port}}` is one.
 */
export function renderSpec(
  kind: AnyKind,
  spec: unknown,
  view: View,
): { readonly spec: unknown; readonly findings: readonly Finding[] } {
  const findings: Finding[] = [];
  const natives = new Map<string, unknown>();
  const texts = leaves(spec, [], (text, path) => {
    try {
      natives.set(showPath(path), valueNamed(text, view));
      return renderText(text, view, 'expression');
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      findings.push(fault(error, path));
      return text;
    }
  });
  if (findings.length > 0) return { spec: texts, findings };
  const check = checker(kind.schema);
  const faults = check(texts);
  const typed = new Set(faults.map(({ path }) => showPath(path)).filter(path => isTyped(natives.get(path))));
  if (typed.size === 0) return { spec: withView(kind, texts, view), findings: faults };
  const values = leaves(spec, [], (text, path) => {
    const at = showPath(path);
    return typed.has(at) ? natives.get(at) : renderText(text, view, 'expression');
  });
  return { spec: withView(kind, values, view), findings: check(values) };
}

function isTyped(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'boolean';
}

function fault(problem: Problem, path: Path): Finding {
  const message = problem.message;
  const hint = problem.next === undefined ? {} : { hint: problem.next };
  return { path, at: 'value', severity: 'error', message, ...hint };
}

/** The same data, each text with an expression replaced. */
function leaves(value: unknown, path: Path, replace: (text: string, path: Path) => unknown): unknown {
  if (hasExpression(value)) return replace(value, path);
  if (Array.isArray(value)) return value.map((entry, index) => leaves(entry, [...path, index], replace));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [key, leaves(entry, [...path, key], replace)]),
  );
}

/** Kinds that render a template with data give it what expressions see, too. */
function withView({ schema }: AnyKind, spec: unknown, view: View): unknown {
  const takesData = Object.hasOwn((schema['properties'] ?? {}) as object, 'data');
  if (!takesData || typeof spec !== 'object' || spec === null || !('template' in spec)) return spec;
  return { ...spec, data: { ...view, ...('data' in spec ? (spec.data as object) : {}) } };
}
