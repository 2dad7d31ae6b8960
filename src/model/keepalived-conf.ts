/** A line of keepalived.conf: its words, and what stands in its braces where it opens some. */
export interface ConfEntry {
  readonly words: readonly string[];
  /** Where it begins, from 1. */
  readonly line: number;
  readonly entries: readonly ConfEntry[] | undefined;
}

type Growing = { words: string[]; line: number; entries: Growing[] | undefined };

/**
 * Reads the text of a keepalived.conf (keepalived.conf(5)): `#` and `!` begin a comment, quotes keep words together, a
 * brace belongs to the words before it, also on the next line. What is left open or closed twice is taken as it
 * comes: keepalived does the same, and tells nobody.
 */
export function parseKeepalivedConf(text: string): readonly ConfEntry[] {
  const top: Growing[] = [];
  const open: Growing[][] = [top];
  for (const [index, line] of text.split('\n').entries()) {
    let current: Growing | undefined;
    for (const word of wordsOf(line)) {
      const level = open.at(-1) ?? top;
      if (word === '{') {
        const owner = current ?? level.at(-1) ?? { words: [], line: index + 1, entries: undefined };
        if (current === undefined && level.length === 0) level.push(owner);
        owner.entries ??= [];
        open.push(owner.entries);
        current = undefined;
      } else if (word === '}') {
        if (open.length > 1) open.pop();
        current = undefined;
      } else if (current === undefined) {
        current = { words: [unquoted(word)], line: index + 1, entries: undefined };
        level.push(current);
      } else current.words.push(unquoted(word));
    }
  }
  return top;
}

/** Words, braces on their own; a comment sign counts where a word could begin, and ends the line. */
function wordsOf(line: string): readonly string[] {
  const words = [...line.matchAll(/[{}]|"[^"]*"|'[^']*'|[^\s{}"']+/g)].map(([word]) => word);
  const comment = words.findIndex(word => /^[#!]/.test(word));
  return comment < 0 ? words : words.slice(0, comment);
}

function unquoted(word: string): string {
  return /^(["']).*\1$/.test(word) ? word.slice(1, -1) : word;
}

/** The entries that begin with one of these words. */
export function named(
  entries: readonly ConfEntry[] | undefined,
  ...names: readonly string[]
): readonly ConfEntry[] {
  return (entries ?? []).filter(({ words: [first] }) => first !== undefined && names.includes(first));
}

/** The word after the first of these names, of the last entry that has one: a later line overrides an earlier one. */
export function wordAfter(
  entries: readonly ConfEntry[] | undefined,
  ...names: readonly string[]
): string | undefined {
  return named(entries, ...names).at(-1)?.words[1];
}

/** The entries of all `global_defs` blocks of a configuration. */
export function globalsOf(conf: readonly ConfEntry[]): readonly ConfEntry[] {
  return named(conf, 'global_defs').flatMap(({ entries }) => entries ?? []);
}
