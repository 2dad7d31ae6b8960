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

/** A function that hides known secrets in a text, where they stand as words of their own. */
export function redactor(secrets: readonly Secret[]): (text: string) => string {
  const values = [...new Set(secrets.map(secret => secret.reveal()))]
    .filter(value => value.length >= shortest)
    .sort((a, b) => b.length - a.length);
  if (values.length === 0) return text => text;
  const any = values.map(value => value.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|');
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(?:${any})(?![\\p{L}\\p{N}])`, 'gu');
  return text => text.replace(pattern, concealed);
}

function walk(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map(inner => walk(inner, redact));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, walk(inner, redact)]));
}
