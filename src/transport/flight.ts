import type { Result } from '../model/command.ts';
import type { RunOptions } from '../model/transport.ts';
import type { Frame } from './frames.ts';

/** A batch that runs: pairs what comes on the two outputs into results, in order. */
export class Flight {
  /** All results, once the batch is at its end. */
  readonly results: Promise<readonly Result[]>;
  readonly #size: number;
  readonly #options: RunOptions;
  readonly #locks: number;
  readonly #done: Result[] = [];
  readonly #frames = { out: [] as Frame[], err: [] as Frame[] };
  #resolve: (results: readonly Result[]) => void = () => undefined;
  #reject: (reason: unknown) => void = () => undefined;

  /** `locks` results (one or none) come before those of the batch's `size` commands, and without them nothing else runs. */
  constructor(size: number, options: RunOptions, locks = 0) {
    this.#size = size + locks;
    this.#options = options;
    this.#locks = locks;
    this.results = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Takes one output of one command; true when that was the batch's last. What onResult throws comes out here. */
  take(stream: 'out' | 'err', frame: Frame): boolean {
    this.#frames[stream].push(frame);
    const index = this.#done.length;
    const out = this.#frames.out[index];
    const err = this.#frames.err[index];
    if (out === undefined || err === undefined) return false;
    const result = { code: out.code, stdout: out.body.toString(), stderr: err.body.toString() };
    this.#done.push(result);
    if (index >= this.#locks) this.#options.onResult?.(index - this.#locks, result);
    const failed = result.code !== 0 && (index < this.#locks || this.#options.keepGoing !== true);
    return failed || this.#done.length === this.#size;
  }

  land(): void {
    this.#resolve(this.#done);
  }

  crash(reason: unknown): void {
    this.#reject(reason);
  }
}
