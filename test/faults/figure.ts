/** What a figure must be: at most this, or at least this. */
export type Goal = { readonly atMost: number } | { readonly atLeast: number };

/** A figure that was measured, with what it should be. */
export interface Figure {
  /** One word: `kept-rows`. */
  readonly name: string;
  readonly value: number;
  /** One word: `%`, `ms`, `requests`. */
  readonly unit: string;
  readonly goal: Goal;
}

/**
 * Prints a figure as a line of its own, `figure kept-rows 100 % goal >=100 ok`, by which `npm run faults` finds it in
 * the output of a test that it runs. Answers whether the goal is reached; a value that is no number never reaches it.
 */
export function figure(name: string, value: number, unit: string, goal: Goal): boolean {
  process.stdout.write(`${figureLine({ name, value, unit, goal })}\n`);
  return reached({ name, value, unit, goal });
}

/** Whether the goal is reached. */
export function reached({ value, goal }: Figure): boolean {
  return 'atMost' in goal ? value <= goal.atMost : value >= goal.atLeast;
}

/** A figure as its line. */
export function figureLine(one: Figure): string {
  const { name, value, unit, goal } = one;
  const words = 'atMost' in goal ? `<=${goal.atMost}` : `>=${goal.atLeast}`;
  return `figure ${name} ${Math.round(value * 1000) / 1000} ${unit} goal ${words} ${reached(one) ? 'ok' : 'short'}`;
}

/** The figures that a text holds, a line each; before one there may be the marks of tests that ended, which uvu leaves without a newline. */
export function figuresIn(text: string): readonly Figure[] {
  return text.split('\n').flatMap(line => {
    const [, name, value, unit, sign, limit] =
      /^(?:[•✘] )*figure (\S+) (\S+) (\S+) goal ([<>])=(\S+) (?:ok|short)$/.exec(line) ?? [];
    if (name === undefined || unit === undefined) return [];
    const goal = sign === '<' ? { atMost: Number(limit) } : { atLeast: Number(limit) };
    return [{ name, value: Number(value), unit, goal }];
  });
}
