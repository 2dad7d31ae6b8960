import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { printed } from './printed.ts';
import type { Fetched, Reference, Surroundings } from './reference.ts';

const maxBytes = 64 * 1024;

/** Gets a secret from where its reference points to. */
export async function fetchSecret(reference: Reference, around: Surroundings): Promise<Fetched> {
  if (reference.env !== undefined) return fromEnvironment(reference.env, around);
  if (reference.file !== undefined) return fromFile(reference.file, around.directory);
  return cut(await printed(reference.command ?? [], { ...around, maxBytes }));
}

function fromEnvironment(name: string, { env }: Surroundings): Fetched {
  const text = env[name];
  return text === undefined ? { why: `the environment variable ${name} is not set` } : { text };
}

async function fromFile(file: string, directory: string): Promise<Fetched> {
  const path = resolve(directory, file);
  try {
    const facts = await stat(path);
    if (!facts.isFile()) return { why: `${file} is not a file` };
    if (facts.size > maxBytes) return { why: `${file} is larger than ${maxBytes / 1024} KiB` };
    const fetched = cut({ text: await readFile(path, 'utf8') });
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
