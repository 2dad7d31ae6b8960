/** Names in a row from which on they are written as a range. */
const shortestRun = 4;

/** Many names in few words, in the order of their first: `lvs01, web[001:200]`, as an inventory writes them; at most `most` pieces. */
export function foldNames(names: readonly string[], most = 12): string {
  const pieces = runs(names).flatMap(run => {
    const [first = '', last = ''] = [run[0], run.at(-1)];
    if (run.length < shortestRun) return run;
    const { head, number, tail } = split(first);
    return [`${head}[${number}:${split(last).number}]${tail}`];
  });
  const left = pieces.length - most;
  return left > 0 ? `${pieces.slice(0, most).join(', ')} and ${left} more` : pieces.join(', ');
}

/** Names that count up by one, each run by itself. */
function runs(names: readonly string[]): readonly string[][] {
  const byShape = new Map<string, string[]>();
  for (const name of names) {
    const { head, number, tail } = split(name);
    const shape = number === '' ? name : `${head}\0${tail}`;
    const same = byShape.get(shape) ?? [];
    byShape.set(shape, same);
    same.push(name);
  }
  return [...byShape.values()].flatMap(same => {
    const sorted = [...same].sort((a, b) => Number(split(a).number) - Number(split(b).number));
    const found: string[][] = [];
    for (const name of sorted) {
      const run = found.at(-1);
      if (run !== undefined && follows(name, run.at(-1) ?? '', run[0] ?? '')) run.push(name);
      else found.push([name]);
    }
    return found;
  });
}

/** Whether a name is the next one after `last` in the range that begins with `first`. */
function follows(name: string, last: string, first: string): boolean {
  const width = split(first).number;
  const next = String(Number(split(last).number) + 1).padStart(width.startsWith('0') ? width.length : 0, '0');
  return split(name).number === next;
}

function split(name: string): { head: string; number: string; tail: string } {
  const [, head = name, number = '', tail = ''] = /^(.*?)(\d{1,9})(\D*)$/.exec(name) ?? [];
  return { head, number, tail };
}
