/** A line of a keepalived.conf, with what stands in its block. */
export interface Entry {
  readonly word: string;
  /** Without quotes. */
  readonly args: readonly string[];
  readonly line: number;
  /** It counts on some hosts alone (`@name` before it). */
  readonly conditional: boolean;
  readonly entries: readonly Entry[];
}

type Open = Omit<Entry, 'entries'> & { readonly entries: Entry[] };

/**
 * Reads a keepalived.conf (keepalived.conf(5)): words, quoted texts, comments after `#` or `!`, blocks. It takes
 * everything: what is no configuration at all is for `keepalived -t` to refuse.
 */
export function readKeepalivedText(text: string): readonly Entry[] {
  const top: Entry[] = [];
  const open: Open[] = [];
  let last: Open | undefined;
  text.split(/\r?\n/).forEach((source, index) => {
    for (const words of statements(source)) {
      const [first = '', ...rest] = words;
      if (first === '{') {
        if (last !== undefined) open.push(last);
      } else if (first === '}') {
        open.pop();
        last = undefined;
      } else {
        const conditional = /^@\^?\w/.test(first);
        const [word = '', ...args] = conditional ? rest : words;
        last = { word, args, line: index + 1, conditional, entries: [] };
        (open.at(-1)?.entries ?? top).push(last);
      }
    }
  });
  return top;
}

/** The words of a line, in parts: each brace is one of its own. */
function statements(line: string): readonly (readonly string[])[] {
  const parts: string[][] = [[]];
  for (const [whole, quoted, comment] of line.matchAll(/"([^"]*)"?|([#!].*)$|[{}]|[^\s{}"#!]+/g)) {
    if (comment !== undefined) break;
    if (whole === '{' || whole === '}') parts.push([whole], []);
    else parts.at(-1)?.push(quoted ?? whole);
  }
  return parts.filter(part => part.length > 0);
}

/** Every entry in every block, each with the block that it stands in. */
export function everyEntry(
  entries: readonly Entry[],
  within?: Entry,
): readonly { readonly entry: Entry; readonly within: Entry | undefined }[] {
  return entries.flatMap(entry => [{ entry, within }, ...everyEntry(entry.entries, entry)]);
}
