import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { SecretValue } from '../inventory-yaml.ts';
import { printed } from './printed.ts';

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

const maxBytes = 64 * 1024;

/** Gets a secret from where its reference points to. */
export async function fetchSecret(reference: Reference, around: Surroundings): Promise<Fetched> {
  if (reference.env !== undefined) return fromEnvironment(reference.env, around);
  if (reference.file !== undefined) return fromFile(resolve(around.directory, reference.file));
  return cut(await printed(reference.command ?? [], { ...around, maxBytes }));
}

function fromEnvironment(name: string, { env }: Surroundings): Fetched {
  const text = env[name];
  return text === undefined ? { why: `the environment variable ${name} is not set` } : { text };
}

async function fromFile(file: string): Promise<Fetched> {
  try {
    const facts = await stat(file);
    if (!facts.isFile()) return { why: `${file} is not a file` };
    if (facts.size > maxBytes) return { why: `${file} is larger than ${maxBytes / 1024} KiB` };
    const fetched = cut({ text: await readFile(file, 'utf8') });
    if ((facts.mode & 0o077) === 0) return fetched;
    return { ...fetched, warning: `${file} can be read by others than its owner` };
  } catch (error) {
    return { why: `${file} cannot be read (${(error as NodeJS.ErrnoException).code})` };
  }
}

/** Files and programs end their text with a line end that is no part of it. */
function cut(fetched: Fetched): Fetched {
  return 'text' in fetched ? { ...fetched, text: fetched.text.replace(/\r?\n$/, '') } : fetched;
}
