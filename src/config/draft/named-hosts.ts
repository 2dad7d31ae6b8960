import { globs } from '../../model/glob.ts';
import type { Path } from '../path.ts';
import { spread } from '../range.ts';

/** A place where an inventory names a host, with its settings there. */
export interface Named<Settings> {
  readonly name: string;
  readonly path: Path;
  readonly yaml: Settings;
}

/** A map of host names with settings, or a list of host names, as entries. */
export function namedHosts<Settings extends object>(
  written: readonly string[] | { readonly [name: string]: Settings | null },
  path: Path,
  known: readonly string[],
): readonly Named<Settings>[] {
  const entries = isList(written)
    ? written.map((name, index) => ({ name, path: [...path, index], yaml: {} as Settings }))
    : Object.entries(written).map(([name, settings]) => ({
        name,
        path: [...path, name],
        yaml: settings ?? ({} as Settings),
      }));
  return each(entries, known);
}

/**
 * Every host that entries mean: a range (`web[01:20]`) its hosts, a pattern (`web*`) those of the known hosts that fit. A host
 * that is also named by itself has the settings that stand there; a pattern that fits nobody is left as it is.
 */
function each<Settings>(
  entries: readonly Named<Settings>[],
  known: readonly string[],
): readonly Named<Settings>[] {
  const single = new Set(entries.map(({ name }) => name).filter(name => !/[*?[]/.test(name)));
  return entries.flatMap(entry => {
    if (single.has(entry.name)) return [entry];
    const isGlob = /[*?]/.test(entry.name);
    const meant = spread(entry.name).texts.flatMap(text =>
      isGlob ? known.filter(name => globs(text, name)) : [text],
    );
    if (meant.length === 0) return [entry];
    return [...new Set(meant)].filter(name => !single.has(name)).map(name => ({ ...entry, name }));
  });
}

function isList(written: unknown): written is readonly string[] {
  return Array.isArray(written);
}
