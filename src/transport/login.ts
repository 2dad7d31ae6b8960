import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../model/problem.ts';
import { type Connection, LoginError } from './connection.ts';
import type { Credential } from './credentials.ts';
import { cannotLogIn, cannotReach } from './failure.ts';
import { hostKeyAlgorithms, vouch } from './host-key.ts';
import type { KnownHostsFiles } from './known-hosts-files.ts';
import type { Target } from './target.ts';
import { type AuthMethod, openConnection } from './wire.ts';

const tries = 6;

/**
 * One login, tried again where sshd only asks for patience: beyond MaxStartups (sshd_config(5)) it
 * closes a connection before its banner or in the handshake. All else is final: a refused port, a
 * host that does not answer in time, a key or a password that is not taken.
 */
export async function logIn(
  target: Target,
  ways: readonly Credential[],
  store: KnownHostsFiles,
  path: () => Promise<Duplex> | undefined,
  signal: AbortSignal,
): Promise<Connection> {
  const { name, port, files } = target.hostKey;
  const known = await store.about(files, name, port);
  for (let attempt = 1; ; attempt += 1) {
    const tried: string[] = [];
    let offered: readonly string[] | undefined;
    const left = [...ways];
    const through = await path();
    signal.throwIfAborted();
    try {
      return await openConnection({
        host: target.host,
        port: target.port,
        user: target.user,
        timeout: target.timeout,
        signal,
        ...(through === undefined ? {} : { through }),
        hostKeyAlgorithms: hostKeyAlgorithms(known, name, port),
        vouch: key => vouch(target.hostKey, store, key),
        nextMethod: now => {
          offered = now ?? offered;
          const next = left.findIndex(({ method }) => isOffered(method, offered));
          const [way] = next < 0 ? [] : left.splice(0, next + 1).slice(-1);
          if (way === undefined) return undefined;
          tried.push(way.label);
          return way.method;
        },
      });
    } catch (error) {
      if (!(error instanceof LoginError) || error.cause instanceof Problem) throw problemOf(error);
      if (error.stage === 'auth') throw cannotLogIn(target.where, tried, offered, error);
      if (attempt === tries || !isThrottled(error)) throw cannotReach(target, error);
      await sleep(100 * 2 ** attempt * (0.5 + Math.random()), undefined, { signal });
    }
  }
}

/** A password is not even sent to a host that takes none. The first try finds out what it takes. */
function isOffered({ type }: AuthMethod, offered: readonly string[] | undefined): boolean {
  return offered === undefined || offered.includes(type === 'agent' ? 'publickey' : type);
}

function problemOf(error: unknown): unknown {
  return error instanceof LoginError ? error.cause : error;
}

function isThrottled(error: LoginError): boolean {
  return /ECONNRESET|EPIPE|before handshake|closed the connection/.test(error.message);
}
