import { closest as nearest } from '../model/closest.ts';

/** Words that mean another: what people write, and what is meant. */
export type Synonyms = Readonly<Record<string, string>>;

/**
 * The candidate that `word` was probably meant to be: a synonym's meaning, the same word in another
 * spelling, or the closest by edit distance. undefined where nothing is close.
 */
export function closest(
  word: string,
  candidates: readonly string[],
  synonyms: Synonyms = {},
): string | undefined {
  const plain = simple(word);
  for (const [other, meaning] of Object.entries(synonyms)) {
    if (simple(other) === plain && candidates.includes(meaning)) return meaning;
  }
  const same = candidates.find(candidate => simple(candidate) === plain);
  if (same !== undefined) return same;
  // A word of one letter is one edit away from every other.
  if (plain.length < 2 || plain.length > 64) return undefined;
  const near = nearest(plain, candidates.map(simple));
  return candidates.find(candidate => simple(candidate) === near);
}

/** "did you mean X?", where something is close. */
export function didYouMean(
  word: string,
  candidates: readonly string[],
  synonyms?: Synonyms,
): string | undefined {
  const guess = closest(word, candidates, synonyms);
  return guess === undefined ? undefined : `did you mean ${guess}?`;
}

/** A list for people: "DR, NAT or TUN". */
export function oneOf(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

function simple(word: string): string {
  return word.toLowerCase().replaceAll(/[-_\s]/g, '');
}
