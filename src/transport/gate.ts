/** Lets at most `width` tasks with the same key run at once; the others wait their turn, in order. */
export class Gate {
  readonly #width: number;
  readonly #lanes = new Map<string, { running: number; waiting: (() => void)[] }>();

  constructor(width: number) {
    this.#width = width;
  }

  async pass<T>(key: string, task: () => Promise<T>): Promise<T> {
    const lane = this.#lanes.get(key) ?? { running: 0, waiting: [] };
    this.#lanes.set(key, lane);
    if (lane.running < this.#width) lane.running += 1;
    else await new Promise<void>(go => lane.waiting.push(go));
    try {
      return await task();
    } finally {
      const next = lane.waiting.shift();
      // The place goes straight to the next, so nobody can slip in between.
      if (next !== undefined) next();
      else lane.running -= 1;
    }
  }
}
