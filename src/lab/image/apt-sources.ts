/** The parts of one apt source that a base image can take over. */
interface Source {
  readonly types: readonly string[];
  readonly uris: readonly string[];
  readonly suites: readonly string[];
  readonly components: readonly string[];
  readonly options: readonly string[];
}

/**
 * This machine's own Debian sources, as lines for a sources.list: the mirror that works here is
 * found without asking. Other vendors' sources, sources of other releases and sources that are
 * switched off are left out.
 *
 * @param files name and text of sources.list and of the files in sources.list.d
 */
export function debianSources(files: readonly { name: string; text: string }[], codename: string): string[] {
  const ours = new Set([codename, `${codename}-updates`, `${codename}-security`]);
  return files
    .flatMap(({ name, text }) => (name.endsWith('.sources') ? stanzas(text) : lines(text)))
    .filter(source => source.types.includes('deb') && source.components.includes('main'))
    .flatMap(({ uris, suites, components, options }) => {
      const bracket = options.length > 0 ? `[${options.join(' ')}] ` : '';
      return uris.flatMap(uri =>
        suites
          .filter(suite => ours.has(suite))
          .map(suite => `deb ${bracket}${uri} ${suite} ${components.join(' ')}`),
      );
    });
}

/** The one-line format: `deb [signed-by=/k.gpg] http://... bookworm main`. */
function lines(text: string): Source[] {
  return text.split('\n').flatMap(line => {
    const found = /^\s*(deb)\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s+([^#]*)/.exec(line);
    if (found === null) return [];
    const [, type = '', options = '', uri = '', suite = '', components = ''] = found;
    return [
      {
        types: [type],
        uris: [uri],
        suites: [suite],
        components: words(components),
        options: kept(words(options)),
      },
    ];
  });
}

/** The deb822 format: stanzas of `Field: value`, continued by indented lines. */
function stanzas(text: string): Source[] {
  const plain = text.replaceAll(/^#.*\n?/gm, '');
  return plain.split(/\n\s*\n/).flatMap(stanza => {
    const fields = new Map<string, string>();
    for (const [, field = '', value = ''] of stanza.matchAll(/^([\w-]+):[ \t]*(.*(?:\n[ \t].*)*)/gm)) {
      fields.set(field.toLowerCase(), value);
    }
    if (fields.get('enabled')?.trim() === 'no') return [];
    const all = (field: string) => words(fields.get(field) ?? '');
    const options = ['signed-by', 'trusted'].flatMap(field => {
      const value = fields.get(field)?.trim();
      return value === undefined ? [] : [`${field}=${value}`];
    });
    return [
      {
        types: all('types'),
        uris: all('uris'),
        suites: all('suites'),
        components: all('components'),
        options: kept(options),
      },
    ];
  });
}

/** A keyring's path or `trusted=yes`; not a key that is written out, which one line cannot hold. */
function kept(options: readonly string[]): string[] {
  return options.filter(option => /^(signed-by=\/\S+|trusted=yes)$/i.test(option));
}

function words(text: string): string[] {
  return text.split(/\s+/).filter(word => word !== '');
}
