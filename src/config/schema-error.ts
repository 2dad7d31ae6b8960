/** A violation as the validator reports it: the part of ajv's error object that messages are made from. */
export interface SchemaError {
  readonly keyword: string;
  /** JSON pointer into the data. */
  readonly instancePath: string;
  readonly schemaPath: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly propertyName?: string;
  readonly parentSchema?: Readonly<Record<string, unknown>>;
  readonly schema?: unknown;
  readonly data?: unknown;
  /** ajv's own words, for keywords that we have none for. */
  readonly message?: string;
}
