import { randomBytes } from 'node:crypto';
import { homedir, userInfo } from 'node:os';
import type { Duplex } from 'node:stream';
import type { SshSettings } from '../model/cluster.ts';
import { exit, Problem } from '../model/problem.ts';
import type { Transport } from '../model/transport.ts';
import { credentials } from './credentials.ts';
import { cannotForward } from './failure.ts';
import { Gate } from './gate.ts';
import { Identities } from './identities.ts';
import { KnownHostsFiles } from './known-hosts-files.ts';
import { logIn } from './login.ts';
import { Session, type Stats } from './session.ts';
import { SshConfigs } from './ssh-config.ts';
import { sudoConversation, sudoPrefix } from './sudo.ts';
import { jumpSettings, type Surroundings, type Target, target } from './target.ts';
import type { Connection } from './wire.ts';

export interface ConnectorOptions {
  /** Told of what a person should know, such as a host key that was recorded. */
  readonly onNote?: (text: string) => void;
  /** Where .ssh is. */
  readonly home?: string;
  /** The agent's socket; SSH_AUTH_SOCK where it is left out. */
  readonly agent?: string;
}

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

export function connector(options: ConnectorOptions = {}): Connector {
  const around: Surroundings = {
    home: options.home ?? homedir(),
    user: userInfo().username,
    agent: options.agent ?? process.env['SSH_AUTH_SOCK'],
    onNote: options.onNote ?? (() => undefined),
  };
  const gate = new Gate(loginsAtOnce);
  const identities = new Identities();
  const store = new KnownHostsFiles();
  const configs = new SshConfigs(around.home);
  const jumpHosts = new Map<string, Promise<Connection>>();
  const open = new Set<Connection>();
  const closing = new AbortController();

  async function locate(settings: SshSettings): Promise<Target> {
    return target(settings, await configs.of(settings.host, settings.user, settings.port), around);
  }

  async function enter(to: Target, from: Connection | undefined): Promise<Connection> {
    const ways = await credentials(to, identities, around.home);
    const path = from === undefined ? () => undefined : () => channel(from, to);
    const connection = await gate.pass(`${to.jumps.join()} ${to.host}:${to.port}`, () =>
      logIn(to, ways, store, path, closing.signal),
    );
    open.add(connection);
    connection.onClose(() => open.delete(connection));
    return connection;
  }

  async function channel(from: Connection, to: Target): Promise<Duplex> {
    try {
      return await from.forward(to.host, to.port);
    } catch (error) {
      throw cannotForward(to, error);
    }
  }

  /** The connection to the last of the jump hosts: one for all hosts behind it. */
  function jumpHost(jumps: readonly string[], behind: SshSettings): Promise<Connection> | undefined {
    const last = jumps.at(-1);
    if (last === undefined) return undefined;
    const key = JSON.stringify([jumps, behind.identityFiles, behind.knownHostsFile, behind.acceptNew]);
    const shared = jumpHosts.get(key);
    if (shared !== undefined) return shared;
    const fresh = (async () => {
      const settings = jumpSettings(last, behind);
      const before = jumps.slice(0, -1);
      const hop = await locate(settings);
      // The first jump host may itself be behind another one, as its own configuration says.
      const from = await jumpHost(before.length > 0 ? before : hop.jumps, behind);
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
