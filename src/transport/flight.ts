import type { Result } from '../model/command.ts';
import type { RunOptions } from '../model/transport.ts';
import type { Frame } from './frames.ts';

/** A batch that runs: pairs what comes on the two outputs into results, in order. */
export class Flight {
  /** All results, once the batch is at its end. */
  readonly results: Promise<readonly Result[]>;
  readonly #names: readonly string[];
  readonly #options: RunOptions;
  readonly #locks: number;
  readonly #done: Result[] = [];
  readonly #frames = { out: [] as Frame[], err: [] as Frame[] };
  #resolve: (results: readonly Result[]) => void = () => undefined;
  #reject: (reason: unknown) => void = () => undefined;

  /** Bytes of output of the commands that have ended. */
  kept = 0;

  /**
   * `names` are what the batch's commands are called. `locks` results (one or none) come before theirs, and without
   * them nothing else runs.
   */
  constructor(names: readonly string[], options: RunOptions, locks = 0) {
    this.#names = [...Array<string>(locks).fill('the lock'), ...names];
    this.#options = options;
    this.#locks = locks;
    this.results = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** What the command that runs is called. */
  get at(): string | undefined {
    return this.#names[this.#done.length];
  }

  /** Takes one output of one command; true when that was the batch's last. What onResult throws comes out here. */
  take(stream: 'out' | 'err', frame: Frame): boolean {
    this.#frames[stream].push(frame);
    this.kept += frame.body.length;
    const index = this.#done.length;
    const out = this.#frames.out[index];
    const err = this.#frames.err[index];
    if (out === undefined || err === undefined) return false;
    const result = { code: out.code, stdout: out.body.toString(), stderr: err.body.toString() };
    this.#done.push(result);
    if (index >= this.#locks) this.#options.onResult?.(index - this.#locks, result);
    const failed = result.code !== 0 && (index < this.#locks || this.#options.keepGoing !== true);
    return failed || this.#done.length === this.#names.length;
  }

  land(): void {
    this.#resolve(this.#done);
  }

  crash(reason: unknown): void {
    this.#reject(reason);
  }
}
