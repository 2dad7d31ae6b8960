import { isAtLeast, numbersOf } from '../model/version.ts';

/**
 * The words of a program's configuration that not every version of it knows, each with the first that does. A word
 * stands for every line that begins with it; `block/word` for those inside of such a block alone, `word value` for
 * those that go on with this value. `least` is the first version that takes any file at all.
 */
export interface FirstVersions {
  readonly package: string;
  readonly least?: { readonly version: string; readonly why: string } | undefined;
  readonly words: { readonly [word: string]: string };
}

/** A word of a text that its host's version does not know yet. */
export interface NewerWord {
  readonly word: string;
  readonly needs: string;
}

/**
 * The words of a text that are newer than `version`, each once. A text is lines of words, and blocks that begin with
 * a `{` at the end of a line and end with a line `}`; the rest of a line after `#` or `!` is a comment. Nobody has to
 * name the words that a configuration uses: what is written is what is looked at.
 */
export function newerWords(text: string, { words }: FirstVersions, version: string): readonly NewerWord[] {
  if (numbersOf(version).length === 0) return [];
  const blocks: string[] = [];
  const found = new Map<string, NewerWord>();
  for (const line of text.split('\n')) {
    const [first, ...rest] = line
      .replace(/[#!].*$/, '')
      .trim()
      .split(/\s+/);
    if (first === undefined || first === '') continue;
    if (first === '}') {
      blocks.pop();
      continue;
    }
    for (const key of [first, `${blocks.at(-1)}/${first}`, `${first} ${rest[0]}`]) {
      const needs = Object.hasOwn(words, key) ? words[key] : undefined;
      if (needs === undefined || isAtLeast(version, needs)) continue;
      found.set(key, { word: key.includes('/') ? first : key, needs });
    }
    if (rest.at(-1) === '{') blocks.push(first);
  }
  return [...found.values()];
}
