import { readFile } from 'node:fs/promises';
import { exit, Problem } from '../model/problem.ts';
import type { Secret } from '../model/secret.ts';
import { withoutPkcs8 } from './pkcs8.ts';
import { type PrivateKey, parsePrivateKey } from './wire.ts';

/** A key file, and its key or why there is none: `locked` where only the passphrase is missing. */
export interface Identity {
  readonly file: string;
  readonly key?: PrivateKey;
  readonly locked?: true;
  /** The public key from `FILE.pub`, in the wire format, by which an agent's key is found. */
  readonly publicKey?: Buffer;
}

/** Private keys by file: each is read and, if it has a passphrase (slow by design), opened once in a run. */
export class Identities {
  readonly #files = new Map<string, Promise<Identity | undefined>>();

  /** Undefined where there is no such file. Rejects with a Problem where it is no key, or the passphrase is wrong. */
  load(file: string, passphrase: Secret | undefined): Promise<Identity | undefined> {
    const key = `${passphrase?.reveal() ?? ''}\0${file}`;
    const identity = this.#files.get(key) ?? readIdentity(file, passphrase);
    this.#files.set(key, identity);
    return identity;
  }
}

async function readIdentity(file: string, passphrase: Secret | undefined): Promise<Identity | undefined> {
  const text = await readFile(file).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw unusable(file, error instanceof Error ? error.message : String(error));
  });
  if (text === undefined) return undefined;
  const publicKey = await readPublicKey(`${file}.pub`);
  const found = publicKey === undefined ? { file } : { file, publicKey };
  const key = open(file, text, passphrase);
  return key === undefined ? { ...found, locked: true } : { ...found, key };
}

/** Undefined where only the passphrase is missing. */
function open(file: string, text: Buffer, passphrase: Secret | undefined): PrivateKey | undefined {
  const form = attempt(() => withoutPkcs8(text, passphrase));
  if (form instanceof Error) throw unusable(file, form.message);
  if (form === undefined) return undefined;
  const plain = parsePrivateKey(form);
  if (!(plain instanceof Error)) {
    if (!plain.isPrivateKey()) throw unusable(file, 'this is a public key');
    return plain;
  }
  if (!/no passphrase given/.test(plain.message)) throw unusable(file, plain.message);
  if (passphrase === undefined) return undefined;
  const opened = parsePrivateKey(form, passphrase.reveal());
  if (opened instanceof Error) throw unusable(file, 'the passphrase does not open it');
  return opened;
}

function attempt<T>(step: () => T): T | Error {
  try {
    return step();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

async function readPublicKey(file: string): Promise<Buffer | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  const base64 = text?.trim().split(/\s+/)[1];
  return base64 === undefined ? undefined : Buffer.from(base64, 'base64');
}

function unusable(file: string, why: string): Problem {
  return new Problem('the private key cannot be used', {
    code: exit.input,
    where: file,
    why,
    next: 'name a private key in OpenSSH or PEM form (identity_file), and its passphrase if it has one',
  });
}
