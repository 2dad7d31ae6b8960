import { inspect } from 'node:util';

/** What stands in every sink where a secret would have been. */
export const concealed = '(secret)';

/**
 * A value that only `reveal` gives away. JSON, templates of strings, util.inspect and errors all
 * show `(secret)`, so a secret that strays into a sink is not a leak.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return concealed;
  }

  toJSON(): string {
    return concealed;
  }

  [inspect.custom](): string {
    return concealed;
  }
}
