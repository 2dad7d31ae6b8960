import { quote } from '../../../src/model/quote.ts';

/** A secret of each kind, each of which stands nowhere by chance; with what quoting and JSON have to escape where it may be. */
export const secrets = {
  vrrp: 'cnRy4vrp',
  before: 'cnRy4old',
  ssh: 'cnRy4 ssh "pass" \\word',
  become: "cnRy4 b3come's $(word)",
  passphrase: 'cnRy4-phrase é',
  wrong: 'cnRy4 wr0ng one',
} as const;

/** The secrets that a text holds, as they are or in the forms in which texts are carried. */
export function namesIn(text: string): readonly string[] {
  return Object.entries(secrets)
    .filter(([, secret]) => formsOf(secret).some(form => text.includes(form)))
    .map(([name]) => name);
}

function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    quote(secret).replace(/^'|'$/g, ''),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('hex'),
    encodeURIComponent(secret),
  ];
}
