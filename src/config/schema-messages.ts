import type { SchemaError } from './schema-error.ts';
import { closest, didYouMean, oneOf, type Synonyms } from './suggest.ts';
import { flow, show } from './value-words.ts';

interface Said {
  readonly message: string;
  readonly hint?: string | undefined;
}

/** What a violation of each word of JSON Schema means to the author of the file, and what to write instead. */
export const messages: Readonly<Record<string, (error: SchemaError) => Said>> = {
  type: ofType,
  enum: error => choice(error, list(error.params['allowedValues']), show(error.data)),
  const: error => ({
    message: `must be ${show(error.params['allowedValue'])}, not ${show(error.data)}`,
    hint: `write ${show(error.params['allowedValue'])}`,
  }),
  discriminator: ofDiscriminator,
  required: ofMissing,
  additionalProperties: error => unknownKey(error, String(error.params['additionalProperty'])),
  unevaluatedProperties: error => unknownKey(error, String(error.params['unevaluatedProperty'])),
  pattern: ofShape,
  format: ofShape,
  minimum: ofRange,
  maximum: ofRange,
  exclusiveMinimum: ofRange,
  exclusiveMaximum: ofRange,
  minLength: () => ({ message: 'must not be empty' }),
  maxLength: error => ({ message: `must have at most ${limit(error)} characters` }),
  minItems: error => atLeast(error),
  maxItems: error => ({ message: `must have at most ${limit(error)} entries` }),
  minProperties: error => atLeast(error),
  maxProperties: error => ({
    message: `must have ${limit(error) === 1 ? 'one key' : `at most ${limit(error)} keys`}, not ${size(error.data)}`,
    hint: limit(error) === 1 ? 'put each into an entry of its own' : undefined,
  }),
  uniqueItems: error => ({
    message: 'stands in the list twice',
    hint: `the first is number ${first(error)}`,
  }),
  not: ofExclusion,
  anyOf: ofAlternatives,
  oneOf: ofAlternatives,
};

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  object: 'a map',
  array: 'a list',
  null: 'nothing',
};

function ofType(error: SchemaError): Said {
  const types = [error.params['type']].flat().map(String);
  const expected = oneOf(types.filter(type => type !== 'null').map(type => typeNames[type] ?? type));
  if (error.data === null) return { message: `is empty, and must be ${expected}`, hint: example(error) };
  return {
    message: `must be ${expected}, not ${show(error.data)}`,
    hint: conversion(types, error.data) ?? example(error),
  };
}

function conversion(types: readonly string[], data: unknown): string | undefined {
  const numeric = types.includes('integer') || types.includes('number');
  if (typeof data === 'string' && numeric && /^\d+$/.test(data)) return `write ${data}, without quotes`;
  if (typeof data === 'string' && types.includes('boolean')) {
    const word = data.toLowerCase();
    if (['yes', 'on', 'y', 'true'].includes(word)) return 'write true';
    if (['no', 'off', 'n', 'false'].includes(word)) return 'write false';
  }
  const scalar = typeof data !== 'object';
  if (types.includes('string') && scalar) return `write it with quotes: ${flow(String(data))}`;
  if (types.includes('array') && scalar) return `write a list: [${flow(data)}]`;
  return undefined;
}

function ofDiscriminator(error: SchemaError): Said {
  const { tag, tagValue } = error.params;
  const name = String(tag);
  const branches = list(error.parentSchema?.['oneOf']) as readonly {
    properties?: Record<string, { const?: unknown }>;
  }[];
  const allowed = branches.map(branch => branch.properties?.[name]?.const);
  if (tagValue === undefined) {
    return { message: `${name} is missing`, hint: `write ${name}: ${oneOf(allowed.map(String))}` };
  }
  const said = choice(error, allowed, show(tagValue), tagValue);
  return said;
}

function choice(error: SchemaError, allowed: readonly unknown[], what: string, value = error.data): Said {
  const words = allowed.map(String);
  const later = typeof value === 'string' ? refusal(error, value) : undefined;
  if (later !== undefined) return { message: later };
  const guess = typeof value === 'string' ? didYouMean(value, words, synonymsOf(error)) : undefined;
  return { message: `${what} is not one of ${oneOf(words)}`, hint: guess };
}

function ofMissing(error: SchemaError): Said {
  const key = String(error.params['missingProperty']);
  const schema = propertiesOf(error)[key];
  const siblings = list(error.parentSchema?.['examples']).map(
    each => (each as Record<string, unknown>)?.[key],
  );
  const value = [...list(schema?.examples), schema?.const, ...siblings].find(each => each !== undefined);
  const flat = value !== undefined && (typeof value !== 'object' || value === null || Array.isArray(value));
  return {
    message: `${key} is missing`,
    hint: flat ? `add ${key}: ${flow(value)}` : `add ${key}: ...`,
  };
}

function unknownKey(error: SchemaError, key: string): Said {
  const known = Object.keys(propertiesOf(error));
  const later = refusal(error, key);
  if (later !== undefined) return { message: later };
  const guess = closest(key, known, synonymsOf(error));
  if (guess !== undefined) return { message: 'unknown key', hint: `did you mean ${guess}?` };
  return { message: 'unknown key', hint: known.length > 0 ? `known keys: ${known.join(', ')}` : undefined };
}

function ofShape(error: SchemaError): Said {
  const value = error.propertyName ?? error.data;
  const { patternErrorMessage: own, description, pattern } = error.parentSchema ?? {};
  const form = String(error.params['pattern'] ?? error.params['format']);
  const told =
    typeof description === 'string' ? `does not fit here: ${description.replace(/\.$/, '')}` : undefined;
  const message = typeof own === 'string' ? own : (told ?? `must have the form ${form}`);
  return {
    message: `${show(value)} ${message}`,
    hint: spelling(String(value), pattern) ?? (message.includes('such as') ? undefined : example(error)),
  };
}

/** A name with its capitals and underscores made right, where that is all it lacks. */
function spelling(value: string, pattern: unknown): string | undefined {
  const guess = value.toLowerCase().replaceAll(/[\s_]+/g, '-');
  const fits = typeof pattern === 'string' && guess !== value && new RegExp(pattern, 'u').test(guess);
  return fits ? `did you mean ${guess}?` : undefined;
}

function ofRange(error: SchemaError): Said {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = error.parentSchema ?? {};
  const low = minimum ?? exclusiveMinimum;
  const high = maximum ?? exclusiveMaximum;
  const range =
    low !== undefined && high !== undefined
      ? `from ${low} to ${high}`
      : low !== undefined
        ? `at least ${low}`
        : `at most ${high}`;
  return { message: `must be ${range}, not ${show(error.data)}` };
}

function atLeast(error: SchemaError): Said {
  const count = limit(error);
  const needs = `must have at least ${count} ${count === 1 ? 'entry' : 'entries'}`;
  return { message: size(error.data) === 0 ? `is empty, and ${needs}` : needs, hint: example(error) };
}

function ofExclusion(error: SchemaError): Said {
  const keys = list((error.schema as { required?: unknown } | undefined)?.required).map(String);
  if (keys.length < 2) return { message: 'is not allowed here' };
  return { message: `${keys.join(' and ')} cannot stand together`, hint: 'remove one of them' };
}

function ofAlternatives(error: SchemaError): Said {
  if (Array.isArray(error.params['passingSchemas']))
    return { message: 'fits more than one of its alternatives' };
  const missing = list(error.schema).flatMap(branch => list((branch as { required?: unknown }).required));
  if (missing.length > 0) return { message: `${oneOf(missing.map(String))} is missing` };
  return { message: `${show(error.data)} is none of what may stand here`, hint: example(error) };
}

function example(error: SchemaError): string | undefined {
  const [sample] = list(error.parentSchema?.['examples']);
  const text = flow(sample);
  return sample === undefined || text.length > 80 ? undefined : `for example ${text}`;
}

function propertiesOf(error: SchemaError): Record<string, { examples?: unknown; const?: unknown }> {
  return (error.parentSchema?.['properties'] ?? {}) as Record<
    string,
    { examples?: unknown; const?: unknown }
  >;
}

function synonymsOf(error: SchemaError): Synonyms {
  return (error.parentSchema?.['synonyms'] ?? {}) as Synonyms;
}

function refusal(error: SchemaError, word: string): string | undefined {
  const reasons = (error.parentSchema?.['refused'] ?? {}) as Readonly<Record<string, string>>;
  const found = Object.keys(reasons).find(key => key.toLowerCase() === word.toLowerCase());
  return found === undefined ? undefined : reasons[found];
}

function limit(error: SchemaError): number {
  return Number(error.params['limit']);
}

function size(data: unknown): number {
  return Array.isArray(data) ? data.length : Object.keys((data ?? {}) as object).length;
}

function first(error: SchemaError): number {
  return Math.min(Number(error.params['i']), Number(error.params['j'])) + 1;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
