import { closest } from '../../model/closest.ts';
import { Secret } from '../../model/secret.ts';

/** A mistake inside of a template. The renderer adds the template's name and the line. */
export class TemplateFault extends Error {
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/**
 * Follows a path from where it begins. Only what data itself has counts, nothing that objects inherit. A
 * member that is there and undefined or null is known to be empty; one that is not there at all is a mistake.
 */
export function follow(from: unknown, steps: readonly string[], expression: string): unknown {
  let value = from;
  for (const step of steps) {
    if (!isOpen(value) || !Object.hasOwn(value, step)) {
      const guess = isOpen(value) ? closest(step, Object.keys(value)) : undefined;
      throw new TemplateFault(
        `${expression} is not set`,
        guess === undefined ? undefined : `did you mean ${guess}?`,
      );
    }
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}

/** The same, where a missing member is as good as an empty one. */
export function followIfThere(from: unknown, steps: readonly string[]): unknown {
  return steps.reduce<unknown>(
    (value, step) =>
      isOpen(value) && Object.hasOwn(value, step) ? (value as Record<string, unknown>)[step] : undefined,
    from,
  );
}

/** A value as it is written into a text: scalars and secrets only. */
export function written(value: unknown, expression: string): string {
  if (value instanceof Secret) return value.reveal();
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) throw new TemplateFault(`${expression} is a list`, 'use {{#each}} or {{join}}');
  if (value === undefined || value === null) {
    throw new TemplateFault(`${expression} is empty`, `write it inside of {{#if ${expression}}}`);
  }
  throw new TemplateFault(`${expression} is a map`, 'name one of its members');
}

/** What {{#if}} takes for yes. 0 is a value like any other: a weight of 0 must not vanish. */
export function isTrue(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return value !== undefined && value !== null && value !== false && value !== '';
}

function isOpen(value: unknown): value is object {
  return value !== null && typeof value === 'object' && !(value instanceof Secret);
}
