import type { Command, Result } from '../model/command.ts';
import { Problem } from '../model/problem.ts';
import { LockHeld, type RunOptions } from '../model/transport.ts';
import { batchText, heartbeat, lockCodes } from './batch.ts';
import { bootstrap, parcel } from './bootstrap.ts';
import { closedByUs, lostShell, noSession, notRoot, tooMuchOutput } from './failure.ts';
import { Flight } from './flight.ts';
import { type Frame, FrameReader } from './frames.ts';
import type { Shell, ShellEnd } from './shell.ts';

export interface SessionOptions {
  /** Who is at the other end, for messages: `user@host:port`. */
  readonly where: string;
  /** Starts the shell with this command line. Called once, when there is something to say to it. */
  readonly start: (commandLine: string) => Promise<Shell>;
  /** Answers what comes on stderr before the session stands (sudo's prompt); throws a Problem. */
  readonly converse?: Converse;
  /** Put before `sh` in the command line: how root is reached. */
  readonly prefix?: string;
  /** Random text by which the session's first line is known among what a .bashrc may print. */
  readonly greeting: string;
  /** Milliseconds for the shell to say its first line. */
  readonly patience: number;
  readonly stats: Stats;
}

export interface Converse {
  /** What to write for what has come on stderr so far; undefined for nothing. */
  answer(stderr: string): string | undefined;
  /** Why no session came, seen from what it printed; undefined where that does not tell. */
  explain(stderr: string): Problem | undefined;
}

/** What a transport has cost so far. A round trip is a wait for the host that nothing could overlap. */
export interface Stats {
  logins: number;
  execs: number;
  batches: number;
  roundTrips: number;
}

/** A batch on its way to the host. */
interface Parcel {
  readonly text: string;
  /** It must not show in the host's list of processes. */
  readonly secret: boolean;
  /** It writes: see bootstrap.ts. */
  readonly acts: boolean;
}

/** The most output that is held of one batch, in bytes: all of it is in memory until the batch ends, for each host at once. */
const mostHeld = 128 * 1024 * 1024;

/**
 * Batches over one long-lived `sh`: the lock is a descriptor of that shell, sudo is asked once, and
 * a batch costs one round trip. The shell starts with the first batch, which rides in its command
 * line where it may. Batches that are asked for at once run one after the other.
 */
export class Session {
  readonly #options: SessionOptions;
  readonly #out: FrameReader;
  readonly #err: FrameReader;
  #shell: Shell | undefined;
  #greeted = false;
  #flight: Flight | undefined;
  #over: unknown;
  #queue: Promise<unknown> = Promise.resolve();
  #locked = false;
  #patience: NodeJS.Timeout | undefined;
  #heart: NodeJS.Timeout | undefined;
  #afterGreeting: (() => void) | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#out = new FrameReader(options.greeting, {
      onGreeting: ({ uid }) => this.#greet(uid),
      onFrame: frame => this.#pair('out', frame),
    });
    this.#err = new FrameReader(options.greeting, {
      onGreeting: () => undefined,
      onFrame: frame => this.#pair('err', frame),
    });
  }

  async run(batch: readonly Command[], options: RunOptions = {}): Promise<readonly Result[]> {
    const lock = this.#locked ? undefined : options.lock;
    if (batch.length === 0 && lock === undefined) return [];
    // Output is shown by nobody's `ps`: a command that is secret for what it prints may ride.
    const secret = batch.some(({ secret, stdin }) => secret && stdin !== undefined);
    const text = batchText(batch, { keepGoing: options.keepGoing, lock });
    const locks = lock === undefined ? 0 : 1;
    const names = batch.map(({ label, argv }) => label ?? argv[0]);
    const batchParcel = { text, secret, acts: options.reads !== true };
    const results = await this.#next(batchParcel, new Flight(names, options, locks), options.signal);
    if (lock !== undefined) this.#demandLock(results[0]);
    return results.slice(locks);
  }

  /** See Transport.lock. */
  async lock(holder: string): Promise<string | undefined> {
    try {
      await this.run([], { lock: holder, reads: true });
      return undefined;
    } catch (error) {
      if (error instanceof LockHeld) return error.holder;
      throw error;
    }
  }

  #demandLock(result: Result | undefined): void {
    if (result?.code === lockCodes.held) {
      throw new LockHeld(result.stdout || 'a run that has not said who it is');
    }
    if (result?.code !== lockCodes.taken) {
      throw new Problem('the lock could not be taken', {
        where: this.#options.where,
        why:
          result?.code === lockCodes.noFlock
            ? 'flock is not installed'
            : 'neither /run nor /var/run can be written',
        next: 'install util-linux (or busybox) on the host',
      });
    }
    this.#locked = true;
    this.#heart = setInterval(() => this.#over ?? this.#shell?.stdin.write('\n'), heartbeat);
    this.#heart.unref();
  }

  /** Starts the shell before there is a batch, so that what is wrong with sudo shows at once. */
  async open(): Promise<void> {
    const word = { text: 'b() { e 0 0; }', secret: true, acts: false };
    await this.#next(word, new Flight(['the first word'], {}), undefined);
  }

  /** No more batches; what runs or waits rejects. The connection is the caller's to close. */
  close(reason: unknown = closedByUs(this.#options.where)): void {
    this.#over ??= reason;
    clearTimeout(this.#patience);
    clearInterval(this.#heart);
    this.#flight?.crash(this.#over);
    this.#flight = undefined;
  }

  /** The connection is gone. */
  lose(reason: Error | undefined): void {
    this.close(lostShell(this.#options.where, reason === undefined ? {} : { lost: reason }));
  }

  /** Lets the command that runs end, and no other begin; then the shell ends, and what waits here rejects. */
  #stop(reason: unknown): void {
    this.#over ??= reason;
    this.#shell?.stdin.end();
  }

  /** Cuts the connection: the host's shell ends at the next edge, and what waits here rejects. */
  #cut(reason: unknown): void {
    this.close(reason);
    this.#shell?.destroy();
  }

  #next(sent: Parcel, flight: Flight, signal: AbortSignal | undefined): Promise<readonly Result[]> {
    const turn = this.#queue.then(() => this.#send(sent, flight, signal));
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  async #send(sent: Parcel, flight: Flight, signal: AbortSignal | undefined): Promise<readonly Result[]> {
    signal?.throwIfAborted();
    if (this.#over !== undefined) throw this.#over;
    const abort = () => this.#stop(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    this.#flight = flight;
    this.#out.restart();
    this.#err.restart();
    this.#options.stats.batches += 1;
    try {
      const [results] = await Promise.all([flight.results, this.#deliver(sent)]);
      return results;
    } catch (error) {
      this.#cut(error);
      throw this.#over;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  async #deliver({ text, secret, acts }: Parcel): Promise<void> {
    const { stats, greeting, prefix = '', start } = this.#options;
    stats.roundTrips += 1;
    if (this.#shell !== undefined) {
      this.#shell.stdin.write(parcel(text, acts));
      return;
    }
    // sudo writes its arguments into the host's log, so nothing rides along with it.
    const riding = secret || prefix !== '' ? undefined : bootstrap(greeting, prefix, text, acts);
    const commandLine = riding ?? bootstrap(greeting, prefix);
    if (commandLine === undefined) throw new Error('the bootstrap itself does not fit');
    stats.execs += 1;
    stats.roundTrips += 1;
    this.#patience = setTimeout(
      () => this.#cut(this.#explain({ slow: this.#options.patience })),
      this.#options.patience,
    );
    const shell = await start(commandLine).catch((error: Error) => {
      throw noSession(this.#options.where, { lost: error }, '');
    });
    this.#shell = shell;
    this.#listen(shell);
    if (this.#over !== undefined) {
      shell.stdin.end();
      return;
    }
    if (riding !== undefined) return;
    stats.roundTrips += 1;
    // With sudo the text must wait: what is written before may be taken for the password.
    if (prefix === '') shell.stdin.write(parcel(text, acts));
    else this.#afterGreeting = () => shell.stdin.write(parcel(text, acts));
  }

  #listen(shell: Shell): void {
    shell.stdin.on('error', () => undefined);
    shell.stdout.on('data', (chunk: Buffer) => this.#guard(() => this.#out.push(chunk)));
    shell.stderr.on('data', (chunk: Buffer) =>
      this.#guard(() => {
        this.#err.push(chunk);
        if (this.#greeted) return;
        const answer = this.#options.converse?.answer(this.#err.noise);
        if (answer === undefined) return;
        this.#options.stats.roundTrips += 1;
        shell.stdin.write(answer);
      }),
    );
    shell.onEnd(end => this.#cut(this.#explain(end)));
  }

  #greet(uid: number): void {
    this.#greeted = true;
    clearTimeout(this.#patience);
    if (uid !== 0) throw notRoot(this.#options.where, uid);
    this.#afterGreeting?.();
    this.#afterGreeting = undefined;
  }

  /** What a listener throws (ours, or the caller's onResult) ends the session, never the process. */
  #guard(step: () => void): void {
    try {
      step();
      const flight = this.#flight;
      if ((flight?.kept ?? 0) + this.#out.held + this.#err.held > mostHeld) {
        throw tooMuchOutput(this.#options.where, mostHeld, flight?.at);
      }
    } catch (error) {
      this.#cut(error);
    }
  }

  #pair(stream: 'out' | 'err', frame: Frame): void {
    const last = this.#flight?.take(stream, frame);
    // A batch that was stopped ends with its shell, also where it came to its end before.
    if (last !== true || this.#over !== undefined) return;
    this.#flight?.land();
    this.#flight = undefined;
  }

  #explain(end: ShellEnd): Problem {
    const { where, converse } = this.#options;
    if (this.#greeted || end.lost !== undefined) return lostShell(where, end);
    const said = `${this.#err.noise}\n${this.#out.noise}`;
    return converse?.explain(this.#err.noise) ?? noSession(where, end, said);
  }
}
