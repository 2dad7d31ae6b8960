import { _, Ajv2020, type Options, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Schema } from '../model/kind.ts';
import type { Finding } from './diagnostic.ts';
import { explain } from './explain.ts';
import { formats } from './formats.ts';
import { ready } from './ready-verdicts.ts';
import { editorVocabulary, vocabulary } from './schema/vocabulary.ts';
import type { SchemaError } from './schema-error.ts';

/** Tells every violation of one schema in some data, as findings; none means that the data is valid. */
export type Check = (data: unknown) => readonly Finding[];

/**
 * Options that let a schema be compiled in a third of the time, which is most of what a small run waits for here (690 to
 * 215 ms of CPU for the inventory's). They take the words out of the errors, so they serve for the verdict alone.
 */
const quickly = {
  allErrors: false,
  verbose: false,
  messages: false,
  inlineRefs: false,
  validateSchema: false,
  code: { optimize: false },
} as const;

const inWords = { allErrors: true, verbose: true, messages: true } as const;

function newAjv(options: Options): Ajv2020 {
  const ajv = new Ajv2020({
    ...options,
    strict: true,
    // The first word of an argv is a program, and any number of arguments follow.
    strictTuples: false,
    allowUnionTypes: true,
    // `required` and `properties` may stand in different branches of one schema.
    strictRequired: false,
    discriminator: true,
    // A schema that is used twice is the same object, not a clash of names.
    addUsedSchema: false,
  });
  ajv.addVocabulary([...vocabulary, ...editorVocabulary]);
  for (const [name, validate] of Object.entries(formats)) ajv.addFormat(name, validate);
  return ajv;
}

/** The compiler of verdicts. With `source` what it compiles can be written down, and takes its formats from a file beside this one. */
export function quickAjv({ source }: { readonly source: boolean }): Ajv2020 {
  const code = source ? { source, esm: source, formats: _`require('./formats.ts').formats` } : {};
  return newAjv({ ...quickly, code: { ...quickly.code, ...code } });
}

function compiler(make: () => Ajv2020): (schema: Schema) => ValidateFunction {
  let ajv: Ajv2020 | undefined;
  const compiled = new WeakMap<object, ValidateFunction>();
  return schema => {
    ajv ??= make();
    const validate = compiled.get(schema) ?? ajv.compile(schema);
    compiled.set(schema, validate);
    return validate;
  };
}

const quick = compiler(() => quickAjv({ source: false }));
const telling = compiler(() => newAjv(inWords));

/** The check of a schema. What was not compiled before is at the first use, and kept; the one that can tell what is wrong, when something is. */
export function checker(schema: Schema): Check {
  return data => ((ready.get(schema) ?? quick(schema))(data) ? [] : faults(schema, data));
}

function faults(schema: Schema, data: unknown): readonly Finding[] {
  const validate = telling(schema);
  if (validate(data)) throw new Error('two compilations of one schema disagree');
  return explain((validate.errors ?? []) as readonly SchemaError[], data, schema);
}
