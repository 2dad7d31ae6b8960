import type { Schema } from '../model/kind.ts';

/** Whether some data keeps to one schema. */
export type Verdict = (data: unknown) => boolean;

/**
 * Verdicts that need no compilation any more. From its sources lvsform has none; `npm run build` puts what `verdictCode` makes
 * in this file's place.
 */
export const ready: ReadonlyMap<Schema, Verdict> = new Map();
