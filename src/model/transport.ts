import type { Command, Result } from './command.ts';

export interface RunOptions {
  /** Called for each command as it ends, in order, while later ones still run. */
  readonly onResult?: (index: number, result: Result) => void;
  /** Go on after a command that failed; by default the batch ends there. */
  readonly keepGoing?: boolean;
  /** The batch writes nothing, so whoever is cut off in the middle of it may be ended there; a signal may let it run to its end. */
  readonly reads?: boolean;
  /** Takes the host's lock first, as `lock` does: where another has it, nothing of the batch runs, and the promise rejects with `LockHeld`. */
  readonly lock?: string;
  /** Stops at the next edge between two commands; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** The host's lock is another's; `holder` is what that one said of itself. */
export class LockHeld extends Error {
  override readonly name = 'LockHeld';
  readonly holder: string;
  constructor(holder: string) {
    super(`the lock is held by ${holder}`);
    this.holder = holder;
  }
}

/**
 * A way to run batches of commands on one host, as root. It knows nothing of resources. A batch
 * runs in order; its results come back in order, one for each command that ran, so a batch that
 * ended early gives fewer results than it has commands. A lost connection rejects with a Problem
 * of exit code 4, never with a made-up result.
 */
export interface Transport {
  run(batch: readonly Command[], options?: RunOptions): Promise<readonly Result[]>;
  /**
   * Takes the host's lock for as long as this transport lives; the kernel of the host gives it back
   * when the session ends, however it ends. Answers undefined, or who holds it (their `holder` text).
   */
  lock(holder: string): Promise<string | undefined>;
  close(): Promise<void>;
}
