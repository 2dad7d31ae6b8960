/** `[1:200]`, `[001:200]` (padded with zeros to that width) or `[1:99:2]` (every second). */
const piece = /\[(\d{1,9}):(\d{1,9})(?::(\d{1,9}))?\]/g;

/** Whether a text has a range, and so stands for several. */
export function hasRange(text: string): boolean {
  return text.search(piece) >= 0;
}

/** Every text that a text with ranges stands for. */
export interface Spread {
  /** In order, the last range the fastest; the first alone where the ranges cannot be. */
  readonly texts: readonly string[];
  /** How many of them differ in the last range alone. */
  readonly run: number;
  /** Why the ranges cannot be. */
  readonly why?: string;
}

/** More hosts than one controller looks after; a range beyond is a slip of the keyboard. */
export const mostSpread = 10_000;

/** Spreads a text; one without a range stands for itself. */
export function spread(text: string): Spread {
  const ranges = [...text.matchAll(piece)].map(([written, first = '', last = '', step = '1']) => ({
    written,
    first,
    size: Number(step) === 0 ? 0 : Math.floor((Number(last) - Number(first)) / Number(step)) + 1,
    step: Number(step),
  }));
  const parts = text.split(/\[\d{1,9}:\d{1,9}(?::\d{1,9})?\]/);
  const total = ranges.reduce((product, { size }) => product * Math.max(size, 0), 1);
  const bad = ranges.find(({ size }) => size < 1);
  const why =
    bad !== undefined
      ? `the range ${bad.written} ${bad.step === 0 ? 'has a step of 0' : 'ends before it begins'}`
      : total > mostSpread
        ? `${total} are more than the ${mostSpread} that ranges may stand for`
        : undefined;
  let texts = [parts[0] ?? ''];
  for (const [index, { first, size, step }] of ranges.entries()) {
    const width = first.startsWith('0') ? first.length : 0;
    const numbers = Array.from({ length: why === undefined ? size : 1 }, (_, n) =>
      String(Number(first) + n * step).padStart(width, '0'),
    );
    texts = texts.flatMap(head => numbers.map(number => `${head}${number}${parts[index + 1] ?? ''}`));
  }
  const run = why === undefined ? (ranges.at(-1)?.size ?? 1) : 1;
  return { texts, run, ...(why !== undefined && { why }) };
}
