import type { Tally } from './tally.ts';

/** How the process of a test file came to its end. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why the runner ended it, if it did. */
  readonly cut?: string;
  /** Missing when the file did not get as far as the end of its tests. */
  readonly tally?: Tally;
}

export interface Verdict {
  readonly passed: number;
  readonly skipped: number;
  /** At least one when the file failed in whatever way. */
  readonly failed: number;
  /** Why the file failed; undefined if it passed. */
  readonly why: string | undefined;
}

/** A file passes if its process ended well and every test that it counted was passed or skipped. */
export function verdict(ending: Ending): Verdict {
  const { passed, skipped, total } = ending.tally ?? { passed: 0, skipped: 0, total: 0 };
  const why = failure(ending);
  return { passed, skipped, failed: why === undefined ? 0 : Math.max(1, total - passed), why };
}

function failure({ code, signal, cut, tally }: Ending): string | undefined {
  if (cut !== undefined) return tally ? `${cut}; its tests were over, but something kept it alive` : cut;
  if (signal !== null) return `killed by ${signal}`;
  if (tally === undefined) return `ended with code ${code} before its tests were over`;
  if (tally.total + tally.skipped === 0) return 'no test ran; is its .run() missing?';
  const failed = tally.total - tally.passed;
  if (failed > 0 && code === 0) {
    return `${failed} of ${tally.total} failed, and uvu hides why: a hook threw, or a test threw no Error`;
  }
  if (failed > 0) return `${failed} of ${tally.total} failed`;
  return code === 0 ? undefined : `ended with code ${code}, although its tests passed`;
}
