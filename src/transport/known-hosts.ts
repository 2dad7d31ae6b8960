import { createHash, createHmac } from 'node:crypto';
import { globs } from '../model/glob.ts';

/** One line of a known_hosts file that holds a key (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"). */
export interface KnownHost {
  readonly marker: 'revoked' | 'cert-authority' | undefined;
  /** Comma list of patterns, or one `|1|salt|hash`. */
  readonly names: string;
  readonly type: string;
  /** The key in the wire format of RFC 4253, 6.6. */
  readonly key: Buffer;
  /** file:line. */
  readonly where: string;
}

/** What known_hosts says of a key that a host shows; `entry` is the line that says it. */
export type Verdict =
  | { readonly kind: 'known' }
  | { readonly kind: 'unknown'; readonly authority: KnownHost | undefined }
  | { readonly kind: 'changed'; readonly entry: KnownHost }
  | { readonly kind: 'revoked'; readonly entry: KnownHost };

const keyLine = /^\s*(?:@(\S+)\s+)?([^\s#@]\S*)\s+(\S+)\s+([A-Za-z0-9+/]+={0,2})(?:\s|$)/;

/**
 * The keys of a known_hosts file. Comments and lines that are no key lines are passed over, as ssh
 * does. A line with a marker that is not known vouches for nothing.
 */
export function parseKnownHosts(text: string, file: string): readonly KnownHost[] {
  return text.split('\n').flatMap((line, index): KnownHost[] => {
    const [, marker, names = '', type = '', base64 = ''] = keyLine.exec(line) ?? [];
    const key = Buffer.from(base64, 'base64');
    if (type === '' || keyType(key) !== type) return [];
    if (marker !== undefined && marker !== 'revoked' && marker !== 'cert-authority') return [];
    return [{ marker, names, type, key, where: `${file}:${index + 1}` }];
  });
}

/**
 * The lines of a file by the names that they are for, so that many hosts do not each go through the lines of all others. A line
 * with a pattern or a hashed name may be about anybody.
 */
export class KnownHosts {
  readonly #byName = new Map<string, number[]>();
  readonly #anybody: number[] = [];
  readonly #entries: readonly KnownHost[];

  constructor(entries: readonly KnownHost[]) {
    this.#entries = entries;
    for (const [index, { names }] of entries.entries()) {
      if (/[*?!|]/.test(names)) this.#anybody.push(index);
      else {
        for (const name of names.toLowerCase().split(',')) {
          const lines = this.#byName.get(name);
          if (lines === undefined) this.#byName.set(name, [index]);
          else lines.push(index);
        }
      }
    }
  }

  /** The lines that may be about a host, in the order of the file. */
  about(host: string, port: number): readonly KnownHost[] {
    const own = namesOf(host, port).flatMap(name => this.#byName.get(name) ?? []);
    const lines = [...new Set([...own, ...this.#anybody])].sort((a, b) => a - b);
    return lines.flatMap(index => this.#entries[index] ?? []);
  }
}

/** The names under which a host's keys are written, the exact one first. */
export function namesOf(host: string, port: number): readonly [string, ...string[]] {
  const name = host.toLowerCase();
  return port === 22 ? [name] : [`[${name}]:${port}`, name];
}

/**
 * Judges the key that a host shows. As with ssh, a key written for the host without a port is good
 * for any port. Unlike ssh, a host that is known by keys of other types alone is `changed` and not
 * new: whoever sits in between could otherwise show a key of a type that nobody has written down.
 * Certificates are not supported, so an authority's line never vouches for a key.
 */
export function judge(known: readonly KnownHost[], host: string, port: number, key: Buffer): Verdict {
  const names = namesOf(host, port);
  const about = known.filter(entry => names.some(name => matches(entry.names, name)));
  const revoked = about.find(entry => entry.marker === 'revoked' && entry.key.equals(key));
  if (revoked !== undefined) return { kind: 'revoked', entry: revoked };
  const plain = about.filter(entry => entry.marker === undefined);
  if (plain.some(entry => entry.key.equals(key))) return { kind: 'known' };
  const exact = plain.filter(entry => matches(entry.names, names[0]));
  const conflict = exact.find(entry => entry.type === keyType(key)) ?? exact[0];
  if (conflict !== undefined) return { kind: 'changed', entry: conflict };
  return { kind: 'unknown', authority: about.find(entry => entry.marker === 'cert-authority') };
}

/** The types of key that are written down for a host, to be asked of it first. */
export function knownTypes(known: readonly KnownHost[], host: string, port: number): ReadonlySet<string> {
  const names = namesOf(host, port);
  const about = known.filter(
    entry => entry.marker === undefined && names.some(name => matches(entry.names, name)),
  );
  return new Set(about.map(entry => entry.type));
}

/** The line that records a host's key. */
export function knownHostLine(host: string, port: number, key: Buffer): string {
  return `${namesOf(host, port)[0]} ${keyType(key)} ${key.toString('base64')}\n`;
}

/** A key's fingerprint as ssh-keygen -l shows it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** The type's name, the first string of the wire format (RFC 4251, 5); '' where there is none. */
export function keyType(key: Buffer): string {
  if (key.length < 4) return '';
  const length = key.readUInt32BE(0);
  return length > 64 || key.length < 4 + length ? '' : key.toString('latin1', 4, 4 + length);
}

/** A list matches if a pattern does and no pattern with `!` does (ssh_config(5), PATTERNS). */
function matches(names: string, name: string): boolean {
  if (names.startsWith('|')) return matchesHash(names, name);
  const patterns = names.toLowerCase().split(',');
  const hit = (pattern: string) => globs(pattern, name);
  if (patterns.some(pattern => pattern.startsWith('!') && hit(pattern.slice(1)))) return false;
  return patterns.some(hit);
}

/** `|1|salt|hash`: HMAC-SHA1 of the name under the salt, both in base64. */
function matchesHash(names: string, name: string): boolean {
  const [, version, salt, hash] = names.split('|');
  if (version !== '1' || salt === undefined || hash === undefined) return false;
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
}
