import type { Schema } from '../model/kind.ts';
import type { Finding } from './diagnostic.ts';
import { withoutEchoes } from './echoes.ts';
import { fromPointer, type Path } from './path.ts';
import type { SchemaError } from './schema-error.ts';
import { messages } from './schema-messages.ts';
import { secretOn } from './secret-path.ts';
import { closest, type Synonyms } from './suggest.ts';

/** The validator's errors as findings: one for each mistake, in words for the author of the file. */
export function explain(errors: readonly SchemaError[], data: unknown, schema: Schema): readonly Finding[] {
  const findings = new Map<string, Finding>();
  const told = withoutEchoes(errors);
  const guessed = new Set(told.map(guessedKey));
  for (const error of told) {
    const path = fromPointer(error.instancePath, data);
    const secret = secretOn(path, schema);
    const finding =
      secret === undefined
        ? { severity: 'error' as const, ...place(error, path), ...say(error) }
        : ofSecret(secret, error);
    const key = `${JSON.stringify(finding.path)} ${finding.message}`;
    if (!guessed.has(missingKey(error)) && !findings.has(key)) findings.set(key, finding);
  }
  return [...findings.values()];
}

function say(error: SchemaError): Pick<Finding, 'message' | 'hint'> {
  const { message, hint } = (messages[error.keyword] ?? fallback)(error);
  return { message, ...(hint === undefined ? {} : { hint }) };
}

function fallback(error: SchemaError): { message: string; hint?: string } {
  return { message: error.message ?? `violates "${error.keyword}"` };
}

function place(error: SchemaError, path: Path): Pick<Finding, 'path' | 'at'> {
  const { additionalProperty, unevaluatedProperty, i, j } = error.params;
  const key = additionalProperty ?? unevaluatedProperty ?? error.propertyName;
  if (typeof key === 'string') return { path: [...path, key], at: 'key' };
  if (error.keyword === 'required') return { path, at: 'key' };
  if (error.keyword === 'discriminator') {
    return error.params['tagValue'] === undefined
      ? { path, at: 'key' }
      : { path: [...path, String(error.params['tag'])], at: 'value' };
  }
  if (error.keyword === 'uniqueItems')
    return { path: [...path, Math.max(Number(i), Number(j))], at: 'value' };
  return { path, at: 'value' };
}

/** A mistyped key and the missing key that it was meant to be are one mistake. */
function guessedKey(error: SchemaError): string | undefined {
  const { additionalProperty } = error.params;
  if (typeof additionalProperty !== 'string') return undefined;
  const { properties = {}, synonyms } = (error.parentSchema ?? {}) as {
    properties?: object;
    synonyms?: Synonyms;
  };
  const guess = closest(additionalProperty, Object.keys(properties), synonyms);
  return guess === undefined ? undefined : `${error.instancePath} ${guess}`;
}

function missingKey(error: SchemaError): string {
  const { missingProperty } = error.params;
  return typeof missingProperty === 'string' ? `${error.instancePath} ${missingProperty}` : '';
}

/** All that may be said of a wrong secret: neither its text nor what was written for a reference. */
function ofSecret(path: Path, error: SchemaError): Finding {
  const own = error.parentSchema?.['secret'] === true ? error.parentSchema['patternErrorMessage'] : undefined;
  const literal = ['pattern', 'maxLength', 'minLength'].includes(error.keyword);
  return {
    path,
    at: 'value',
    severity: 'error',
    message:
      literal && typeof own === 'string'
        ? own
        : 'must be text on one line, or a reference: { env: NAME }, { file: path } or { command: [program, argument] }',
  };
}
