import type { Event, Reporter } from '../model/event.ts';
import { concealed, type Secret } from '../model/secret.ts';

/** Shorter values stand in any text by chance; hiding them by value would hide the text and protect nothing. */
const shortest = 4;

/**
 * The second net under secrets: whatever an event carries, a known secret in it is replaced before any reporter
 * sees it. (The first net is that states are shown without secrets and that Secret prints as `(secret)`.)
 */
export function redacting(report: Reporter, secrets: readonly Secret[]): Reporter {
  const redact = redactor(secrets);
  return event => report(walk(event, redact) as Event);
}

/** Values of this length stand nowhere by chance, so they are hidden inside of longer words too. */
const surely = 9;

/** Data with every known secret in its texts hidden. */
export function redacted<Value>(value: Value, secrets: readonly Secret[]): Value {
  return walk(value, redactor(secrets)) as Value;
}

/** A function that hides known secrets in a text; short ones only where they stand as words of their own. */
export function redactor(secrets: readonly Secret[]): (text: string) => string {
  const values = [...new Set(secrets.map(secret => secret.reveal()))]
    .filter(value => value.length >= shortest)
    .sort((a, b) => b.length - a.length);
  if (values.length === 0) return text => text;
  const pattern = new RegExp(values.map(patternOf).join('|'), 'gu');
  return text => text.replace(pattern, concealed);
}

function patternOf(value: string): string {
  const literal = value.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  return value.length >= surely ? literal : `(?<![\\p{L}\\p{N}])${literal}(?![\\p{L}\\p{N}])`;
}

function walk(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map(inner => walk(inner, redact));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, walk(inner, redact)]));
}
