import { createPrivateKey, type KeyObject } from 'node:crypto';
import type { Secret } from '../model/secret.ts';

/**
 * A PKCS #8 private key (RFC 5958), which OpenSSH takes and ssh2 does not, in the older PEM form of
 * its type; any other text as it is. Undefined where the key is encrypted and there is no passphrase.
 */
export function withoutPkcs8(text: Buffer, passphrase: Secret | undefined): Buffer | undefined {
  const header = /^-----BEGIN (ENCRYPTED )?PRIVATE KEY-----/.exec(text.toString('latin1', 0, 64));
  if (header === null) return text;
  if (header[1] !== undefined && passphrase === undefined) return undefined;
  const key = createPrivateKey({ key: text, ...(passphrase ? { passphrase: passphrase.reveal() } : {}) });
  return Buffer.from(olderForm(key));
}

function olderForm(key: KeyObject): string | Buffer {
  if (key.asymmetricKeyType === 'rsa') return key.export({ type: 'pkcs1', format: 'pem' });
  if (key.asymmetricKeyType === 'ec') return key.export({ type: 'sec1', format: 'pem' });
  throw new Error(
    `${key.asymmetricKeyType} in PKCS #8 form is not supported: ssh-keygen -p writes OpenSSH's form`,
  );
}
