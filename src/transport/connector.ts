import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SshSettings } from '../model/cluster.ts';
import { exit, Problem } from '../model/problem.ts';
import type { Transport } from '../model/transport.ts';
import type { Connection } from './connection.ts';
import { credentials } from './credentials.ts';
import { cannotForward, goesRound } from './failure.ts';
import { Gate } from './gate.ts';
import { Identities } from './identities.ts';
import { KnownHostsFiles } from './known-hosts-files.ts';
import { logIn } from './login.ts';
import { Session, type Stats } from './session.ts';
import { SshConfigs } from './ssh-config.ts';
import { sudoConversation, sudoPrefix } from './sudo.ts';
import { surroundings } from './surroundings.ts';
import { jumpSettings, type Target, target } from './target.ts';

export interface ConnectorOptions {
  /** Told of what a person should know, such as a host key that was recorded. */
  readonly onNote?: (text: string) => void;
  /** Where .ssh is. */
  readonly home?: string;
  /** The agent's socket; SSH_AUTH_SOCK where it is left out, none where it is empty. */
  readonly agent?: string;
}

/** A transport that counts what it costs, so that a test can hold it to two round trips. */
export interface SshTransport extends Transport {
  readonly stats: Readonly<Stats>;
}

/** Connects to many hosts in one run; holds what they share: jump hosts, keys, known_hosts, the throttle. */
export interface Connector {
  /** Logs in; rejects with a Problem. The transport's session starts with its first batch. */
  connect(settings: SshSettings): Promise<SshTransport>;
  /** Closes all that is still open. Nothing of it keeps the process alive afterwards. */
  close(): Promise<void>;
}

/** sshd drops logins at random beyond ten that are not done yet (MaxStartups 10:30:100). */
const loginsAtOnce = 8;

/** Milliseconds that a login shell's start files and sudo may take. */
const slowestStart = 30_000;

/** Opens nothing yet: the first `connect` does. One for a run, closed at its end. */
export function connector(options: ConnectorOptions = {}): Connector {
  const around = surroundings(options.home, options.agent);
  const gate = new Gate(loginsAtOnce);
  const identities = new Identities();
  const store = new KnownHostsFiles();
  const configs = new SshConfigs(around);
  const jumpHosts = new Map<string, Promise<Connection>>();
  const open = new Set<Connection>();
  const closing = new AbortController();
  setMaxListeners(0, closing.signal);

  async function locate(settings: SshSettings): Promise<Target> {
    const config = await configs.of(settings.host, settings.user, settings.port);
    return target(settings, config, around, options.onNote ?? (() => undefined));
  }

  async function enter(to: Target, from: Connection | undefined): Promise<Connection> {
    const ways = await credentials(to, identities, around.home);
    const path = from === undefined ? () => undefined : () => channel(from, to);
    const connection = await gate.pass(`${to.jumps.join()} ${to.host}:${to.port}`, () =>
      logIn(to, ways, store, path, closing.signal),
    );
    if (closing.signal.aborted) {
      connection.destroy();
      throw closing.signal.reason;
    }
    open.add(connection);
    connection.onClose(() => open.delete(connection));
    return connection;
  }

  /** The jump host's own patience with a dead host is that of its kernel: minutes. */
  async function channel(from: Connection, to: Target): Promise<Duplex> {
    const opening = from.forward(to.host, to.port);
    const late = new AbortController();
    const giveUp = sleep(to.timeout, undefined, { signal: late.signal, ref: false }).then(() => {
      opening.then(
        channel => channel.destroy(),
        () => undefined,
      );
      throw new Error(`no answer within ${to.timeout / 1000} s`);
    });
    try {
      return await Promise.race([opening, giveUp]);
    } catch (error) {
      throw cannotForward(to, error);
    } finally {
      giveUp.catch(() => undefined);
      late.abort();
    }
  }

  /** The connection to the last of the jump hosts: one for all hosts behind it. */
  function jumpHost(
    jumps: readonly string[],
    behind: SshSettings,
    seen: readonly string[] = [],
  ): Promise<Connection> | undefined {
    const last = jumps.at(-1);
    if (last === undefined) return undefined;
    const key = JSON.stringify([jumps, behind.identityFiles, behind.knownHostsFile, behind.acceptNew]);
    if (seen.includes(key)) throw goesRound(behind.host, jumps);
    const shared = jumpHosts.get(key);
    if (shared !== undefined) return shared;
    const fresh = (async () => {
      const hop = await locate(jumpSettings(last, behind));
      const before = jumps.slice(0, -1);
      // The first jump host may itself be behind another one, as its own configuration says.
      const from = await jumpHost(before.length > 0 ? before : hop.jumps, behind, [...seen, key]);
      return enter(hop, from);
    })();
    jumpHosts.set(key, fresh);
    const forget = () => jumpHosts.get(key) === fresh && jumpHosts.delete(key);
    fresh.then(connection => connection.onClose(forget), forget);
    return fresh;
  }

  return {
    async connect(settings) {
      const to = await locate(settings);
      const connection = await enter(to, await jumpHost(to.jumps, settings));
      const stats: Stats = { logins: 1, execs: 0, batches: 0, roundTrips: 0 };
      const become = to.user === 'root' ? undefined : to.become;
      const prompt = `[lvsform ${randomBytes(16).toString('hex')}] `;
      const session = new Session({
        where: to.where,
        greeting: `lvsform-${randomBytes(16).toString('hex')}`,
        start: line => connection.exec(line),
        patience: Math.max(to.timeout, slowestStart),
        stats,
        ...(become === undefined
          ? {}
          : { prefix: sudoPrefix(become, prompt), converse: sudoConversation(to.where, become, prompt) }),
      });
      connection.onClose(reason => session.lose(reason));
      const close = () => {
        session.close();
        return connection.close();
      };
      if (to.user !== 'root') {
        await session.open().catch(async (error: unknown) => {
          await close();
          throw error;
        });
      }
      return {
        stats,
        run: (batch, how) => session.run(batch, how),
        lock: holder => session.lock(holder),
        close,
      };
    },
    async close() {
      closing.abort(new Problem('the connections are closed', { code: exit.unreachable }));
      await Promise.all([...open].map(connection => connection.close()));
    },
  };
}
