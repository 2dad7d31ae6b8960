import { parseNet } from './address.ts';
import type { Host, Inventory } from './inventory-yaml.ts';
import type { Path } from './path.ts';
import { hasRange, spread } from './range.ts';

/** A host as the inventory writes it, under its own name. */
export interface HostEntry {
  readonly name: string;
  /** Where it stands in the file; hosts of one range stand at one place. */
  readonly path: Path;
  readonly yaml: Host;
}

/**
 * The hosts of an inventory, one by one: the only place that knows how an entry of `hosts` becomes hosts. An entry whose name
 * has a range is as many hosts, and the ranges of their addresses go along with it, one for each. What does not fit is left
 * out here, and told by lint.
 */
export function expandHosts(hosts: Inventory['hosts']): readonly HostEntry[] {
  const taken = new Set<string>();
  return Object.entries(hosts).flatMap(([key, yaml]) => {
    const { texts: names } = spread(key);
    const path = ['hosts', key];
    const size = hasRange(key) ? Math.min(names.length, ...sizesOf(yaml)) : 1;
    return names.slice(0, size).flatMap((name, index) => {
      if (taken.has(name)) return [];
      taken.add(name);
      return [{ name, path, yaml: nth(yaml, index) }];
    });
  });
}

/** A text of a host that may have a range, where it is, and whether each host must have its own. */
export interface RangedText {
  readonly path: Path;
  readonly text: string;
}

/** The texts of a host that go along with the range of its name: its addresses, and where SSH finds it. */
export function rangedTexts(yaml: Host): readonly RangedText[] {
  const addresses = Object.entries(yaml.interfaces ?? {}).flatMap(([name, value]) =>
    [value]
      .flat()
      .map((text, index) => ({ path: ['interfaces', name, ...(Array.isArray(value) ? [index] : [])], text })),
  );
  return yaml.ssh?.host === undefined
    ? addresses
    : [...addresses, { path: ['ssh', 'host'], text: yaml.ssh.host }];
}

/** How many hosts each text is enough for. */
function sizesOf(yaml: Host): readonly number[] {
  return rangedTexts(yaml).map(({ path, text }) => {
    const { texts } = spread(text);
    const bad = path[0] === 'interfaces' ? texts.findIndex(one => parseNet(one) === undefined) : -1;
    return bad < 0 ? texts.length : bad;
  });
}

/** What the n-th host of a range has. */
function nth(yaml: Host, index: number): Host {
  if (rangedTexts(yaml).every(({ text }) => !hasRange(text))) return yaml;
  const pick = (text: string) => spread(text).texts[index] ?? text;
  const interfaces = Object.entries(yaml.interfaces ?? {}).map(([name, value]) => [
    name,
    typeof value === 'string' ? pick(value) : value.map(pick),
  ]);
  return {
    ...yaml,
    ...(yaml.interfaces && { interfaces: Object.fromEntries(interfaces) }),
    ...(yaml.ssh?.host !== undefined && { ssh: { ...yaml.ssh, host: pick(yaml.ssh.host) } }),
  };
}
