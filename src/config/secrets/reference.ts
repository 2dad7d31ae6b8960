import type { SecretValue } from '../inventory-yaml.ts';

/** A reference to a secret: exactly one of the three. */
export type Reference = Exclude<SecretValue, string | number>;

/** Where references are resolved. */
export interface Surroundings {
  /** What relative paths begin at: the inventory's directory. Commands run there too. */
  readonly directory: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds until a command that does not end is killed. */
  readonly patience: number;
}

/** What a reference gave: the secret, or why there is none. Neither text ever holds any part of the secret. */
export type Fetched = { readonly text: string; readonly warning?: string } | { readonly why: string };
