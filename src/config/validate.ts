import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Schema } from '../model/kind.ts';
import type { Finding } from './diagnostic.ts';
import { explain } from './explain.ts';
import { formats } from './formats.ts';
import { editorVocabulary, vocabulary } from './schema/vocabulary.ts';
import type { SchemaError } from './schema-error.ts';

/** Tells every violation of one schema in some data, as findings; none means that the data is valid. */
export type Check = (data: unknown) => readonly Finding[];

const ajv = new Ajv2020({
  allErrors: true,
  strict: true,
  // The first word of an argv is a program, and any number of arguments follow.
  strictTuples: false,
  allowUnionTypes: true,
  // `required` and `properties` may stand in different branches of one schema.
  strictRequired: false,
  discriminator: true,
  verbose: true,
  messages: true,
  // A schema that is used twice is the same object, not a clash of names.
  addUsedSchema: false,
});
ajv.addVocabulary([...vocabulary, ...editorVocabulary]);
for (const [name, validate] of Object.entries(formats)) ajv.addFormat(name, { type: 'string', validate });

const compiled = new WeakMap<object, ValidateFunction>();

/** The check of a schema. It is compiled at the first use and kept. */
export function checker(schema: Schema): Check {
  return data => {
    const validate = compiled.get(schema) ?? ajv.compile(schema);
    compiled.set(schema, validate);
    if (validate(data)) return [];
    return explain((validate.errors ?? []) as readonly SchemaError[], data, schema);
  };
}
