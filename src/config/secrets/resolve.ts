import { canonical } from '../../model/json.ts';
import { concealed, Secret } from '../../model/secret.ts';
import type { Finding } from '../diagnostic.ts';
import { type Path, showPath } from '../path.ts';
import { fetchSecret } from './fetch.ts';
import type { SecretPlace } from './places.ts';
import type { Fetched, Surroundings } from './reference.ts';

/** The secrets of an inventory by their places. */
export type Secrets = (path: Path) => Secret | undefined;

/** Takes a scalar as it is written in the file, so that `auth_pass: 0123` keeps its zero. */
export type Written = (path: Path) => string | undefined;

/**
 * Gets every secret, each reference once and one after another, because a program may ask its user.
 * What cannot be had, or does not look as it must, is a finding at its place.
 */
export async function resolveSecrets(
  places: readonly SecretPlace[],
  written: Written,
  around: Surroundings,
): Promise<{ readonly secrets: Secrets; readonly findings: readonly Finding[] }> {
  const got = new Map<string, Fetched>();
  const secrets = new Map<string, Secret>();
  const findings: Finding[] = [];
  for (const { path, value, rule } of places) {
    const key = canonical(value);
    const fetched =
      typeof value === 'object'
        ? (got.get(key) ?? (await fetchSecret(value, around)))
        : { text: typeof value === 'number' ? (written(path) ?? String(value)) : value };
    const first = !got.has(key);
    got.set(key, fetched);
    const found = (severity: Finding['severity'], message: string, hint?: string) =>
      findings.push({ path, at: 'value', severity, message, ...(hint === undefined ? {} : { hint }) });
    if ('why' in fetched) found('error', `cannot be had: ${fetched.why}`);
    else if (fetched.text.length > rule.maxLength || !rule.pattern.test(fetched.text)) {
      found('error', typeof value === 'object' ? `what it refers to ${rule.message}` : rule.message);
    } else secrets.set(showPath(path), new Secret(fetched.text));
    if ('warning' in fetched && fetched.warning !== undefined && first) {
      found('warning', fetched.warning, 'chmod 600 it');
    }
  }
  return { secrets: path => secrets.get(showPath(path)), findings };
}

/** Stand-ins for secrets, for who only checks an inventory: references are not followed. */
export function standInSecrets(places: readonly SecretPlace[]): Secrets {
  const known = new Set(places.map(({ path }) => showPath(path)));
  return path => (known.has(showPath(path)) ? new Secret(concealed) : undefined);
}
