import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import ssh2, {
  type AnyAuthMethod,
  type AuthenticationType,
  type ClientChannel,
  type ParsedKey,
  type ServerHostKeyAlgorithm,
} from 'ssh2';
import { type Connection, LoginError } from './connection.ts';
import type { Shell, ShellEnd } from './shell.ts';
import { leaveOtherHostKeys, logInAtOnce, proveAtOnce } from './wire-inside.ts';

// The one file that imports ssh2; wire-inside.ts has what ssh2 has no setting for. It turns ssh2's events into promises
// and adds no policy of its own.

export type PrivateKey = ParsedKey;
export type AuthMethod = AnyAuthMethod;
export type HostKeyAlgorithm = ServerHostKeyAlgorithm;

export interface WireOptions {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** A channel through a jump host; without it a socket of our own is opened. */
  readonly through?: Duplex;
  /** Gives the login up. */
  readonly signal: AbortSignal;
  /** Milliseconds until the host must have said something; the login may take twice as long. */
  readonly timeout: number;
  readonly hostKeyAlgorithms: readonly HostKeyAlgorithm[];
  /** Rejects if the host's key (wire format, RFC 4253, 6.6) is not to be trusted. No credential is sent before. */
  readonly vouch: (key: Buffer) => Promise<void>;
  /** The next way to log in, given those that the host still takes (undefined at first). */
  readonly nextMethod: (offered: readonly AuthenticationType[] | undefined) => AuthMethod | undefined;
}

const keepalive = { keepaliveInterval: 5_000, keepaliveCountMax: 2 };

/** Connects and logs in; rejects with a LoginError. */
export function openConnection(options: WireOptions): Promise<Connection> {
  const client = new ssh2.Client();
  const socket = options.through ?? connect({ host: options.host, port: options.port, noDelay: true });
  let stage: LoginError['stage'] = options.through === undefined ? 'connect' : 'handshake';
  let failure: Error | undefined;
  let closed = false;
  const listeners: ((reason: Error | undefined) => void)[] = [];
  const first = options.nextMethod(undefined);
  let begun = false;
  let unsigned: Error | undefined;
  socket.once('connect', () => {
    stage = 'handshake';
  });
  client.on('greeting', () => undefined);
  client.once('handshake', () => {
    stage = 'auth';
  });
  client.on('close', () => {
    if (closed) return;
    closed = true;
    for (const listener of listeners) listener(failure);
  });

  return new Promise((resolve, reject) => {
    const giveUp = () => {
      fail(new Error('given up'));
      socket.destroy();
    };
    const fail = (error: Error) => {
      failure ??= error;
      options.signal.removeEventListener('abort', giveUp);
      reject(new LoginError(stage, failure));
    };
    client.on('error', (error: Error & { level?: string }) => {
      // An agent that fails is one method less, and so is a key that cannot sign; ssh2 goes on to the next by itself.
      if (error.level === 'agent') return;
      if (error.message.startsWith('Error signing data')) {
        unsigned = error;
        return;
      }
      fail(error);
      socket.destroy();
    });
    client.once('close', () => fail(new Error('the host closed the connection')));
    client.on('change password', () => {
      fail(new Error('the password has expired'));
      socket.destroy();
    });
    options.signal.addEventListener('abort', giveUp, { once: true });
    client.once('ready', () => {
      options.signal.removeEventListener('abort', giveUp);
      resolve(
        connection(
          client,
          socket,
          () => closed,
          () => failure,
          listeners,
        ),
      );
    });
    client.connect({
      sock: socket,
      username: options.user,
      readyTimeout: 2 * options.timeout,
      ...keepalive,
      algorithms: { serverHostKey: [...options.hostKeyAlgorithms] },
      hostVerifier: (key: Buffer, verify: (trusted: boolean) => void) => {
        options.vouch(key).then(
          () => verify(true),
          (error: Error) => {
            fail(error);
            socket.destroy();
          },
        );
      },
      authHandler: (offered, _partial, next) => {
        const method = begun ? options.nextMethod(offered ?? undefined) : first;
        begun = true;
        if (method === undefined) {
          fail(unsigned ?? new Error('all ways to log in failed'));
          socket.destroy();
          return;
        }
        next(method);
      },
    });
    leaveOtherHostKeys(client);
    proveAtOnce(client);
    if (knowsItsAlgorithm(first)) logInAtOnce(client);
    const silence = setTimeout(() => {
      fail(new Error('Timed out'));
      socket.destroy();
    }, options.timeout);
    for (const sign of ['data', 'close']) socket.once(sign, () => clearTimeout(silence));
  });
}

/** Of RSA there are three, and the host says which it takes. */
function knowsItsAlgorithm(method: AuthMethod | undefined): boolean {
  const key = method?.type === 'publickey' ? method.key : undefined;
  return typeof key === 'object' && 'type' in key && key.type !== 'ssh-rsa';
}

function connection(
  client: ssh2.Client,
  socket: Socket | Duplex,
  isClosed: () => boolean,
  failure: () => Error | undefined,
  listeners: ((reason: Error | undefined) => void)[],
): Connection {
  return {
    exec: commandLine =>
      new Promise((resolve, reject) => {
        acknowledge(client, socket);
        client.exec(commandLine, (error, channel) => {
          if (error) reject(error);
          else resolve(shell(channel, socket, failure));
        });
      }),
    forward: (host, port) =>
      new Promise((resolve, reject) => {
        client.forwardOut('127.0.0.1', 0, host, port, (error, channel) => {
          if (error) reject(error);
          else resolve(channel);
        });
      }),
    onClose: listener => {
      if (isClosed()) listener(failure());
      else listeners.push(listener);
    },
    close: (patience = 1_000) =>
      new Promise(resolve => {
        if (isClosed()) return resolve();
        const cut = setTimeout(() => socket.destroy(), patience);
        listeners.push(() => {
          clearTimeout(cut);
          resolve();
        });
        client.end();
      }),
    destroy: () => socket.destroy(),
  };
}

/**
 * sshd sends notes right after the login (its keys, key options), and Nagle's algorithm in the host's
 * kernel then holds the answer to our first request back until they are acknowledged, which this
 * kernel puts off for 40 ms unless it has something to send. So something is sent, as ssh does too:
 * that this session is the connection's last.
 */
function acknowledge(client: ssh2.Client, socket: Duplex): void {
  socket.once('data', () => {
    setTimeout(() => {
      if (socket.writable) client.openssh_noMoreSessions(() => undefined);
    }, 2);
  });
}

function shell(channel: ClientChannel, socket: Socket | Duplex, failure: () => Error | undefined): Shell {
  let end: ShellEnd = {};
  channel.on('exit', (code: number | null, signal?: string) => {
    end = code === null ? { signal: signal ?? 'a signal' } : { code };
  });
  return {
    stdin: channel,
    stdout: channel,
    stderr: channel.stderr,
    onEnd: listener => {
      channel.once('close', () => {
        const known = end.code !== undefined || end.signal !== undefined;
        listener(known ? end : { lost: failure() ?? new Error('the host closed the connection') });
      });
    },
    destroy: () => socket.destroy(),
  };
}

/** A private key in OpenSSH's or PEM form; an Error says what is wrong with it. */
export function parsePrivateKey(text: Buffer, passphrase?: string): PrivateKey | Error {
  const key = ssh2.utils.parseKey(text, passphrase);
  // Some forms hold several keys; OpenSSH's holds one.
  return Array.isArray(key) ? key[0] : key;
}

/** The agent behind a socket; with `only`, that one of its keys and no other. */
export function agentWith(socketPath: string, only?: Buffer): ssh2.BaseAgent {
  return only === undefined ? new ssh2.OpenSSHAgent(socketPath) : new OneKeyAgent(socketPath, only);
}

class OneKeyAgent extends ssh2.OpenSSHAgent {
  readonly #only: Buffer;

  constructor(socketPath: string, only: Buffer) {
    super(socketPath);
    this.#only = only;
  }

  override getIdentities(done: ssh2.IdentityCallback<ParsedKey>): void {
    super.getIdentities((error, keys) => {
      if (error) return done(error);
      done(
        undefined,
        keys?.filter(key => 'getPublicSSH' in key && key.getPublicSSH().equals(this.#only)),
      );
    });
  }
}

/** Answers each question of keyboard-interactive (RFC 4256) that hides its input, once, with the password. */
export function passwordPrompt(username: string, password: string): AuthMethod {
  return {
    type: 'keyboard-interactive',
    username,
    prompt: (_name, _instructions, _language, prompts, finish) => {
      finish(prompts.map(({ echo }) => (echo === true ? '' : password)));
    },
  };
}
