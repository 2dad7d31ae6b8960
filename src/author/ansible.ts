import type { Json, JsonObject } from '../model/json.ts';

/** An Ansible inventory, whichever way it was written: hosts with all their variables, and who is in which group. */
export interface AnsibleInventory {
  /** In the order of the file. */
  readonly hosts: readonly AnsibleHost[];
}

export interface AnsibleHost {
  readonly name: string;
  /** Its own groups, then those above them, level by level; never `all` or `ungrouped`. */
  readonly groups: readonly (readonly string[])[];
  /** What holds for it: of `all`, then of its groups from the outermost, then its own. */
  readonly vars: JsonObject;
}

/** What a reader of either form finds. */
export interface AnsibleGroups {
  /** Variables by host, in the order of the hosts. */
  readonly hosts: ReadonlyMap<string, JsonObject>;
  readonly groups: ReadonlyMap<string, AnsibleGroup>;
}

/** A group: its own hosts, the groups below it, and what it sets for all of them. */
export interface AnsibleGroup {
  readonly hosts: ReadonlySet<string>;
  readonly children: ReadonlySet<string>;
  readonly vars: JsonObject;
}

/**
 * Gives every host its groups and variables (Ansible's user guide, "How variables are merged": parents before
 * children, groups of one depth by name, the host's own last). `files` are those of group_vars and host_vars.
 */
export function flatten(
  found: AnsibleGroups,
  files: {
    readonly groups: ReadonlyMap<string, JsonObject>;
    readonly hosts: ReadonlyMap<string, JsonObject>;
  },
): AnsibleInventory {
  const parents = parentsOf(found.groups);
  return {
    hosts: [...found.hosts].map(([name, own]) => {
      const direct = [...found.groups].filter(([, group]) => group.hosts.has(name)).map(([group]) => group);
      const levels = ancestry(direct, parents);
      const layers = ['all', ...levels.flat().reverse()].flatMap(group => [
        found.groups.get(group)?.vars ?? {},
        files.groups.get(group) ?? {},
      ]);
      const vars = Object.assign({}, ...layers, files.hosts.get(name) ?? {}, own) as JsonObject;
      const groups = levels.map(level => level.filter(group => group !== 'all' && group !== 'ungrouped'));
      return { name, groups, vars };
    }),
  };
}

function parentsOf(groups: AnsibleGroups['groups']): ReadonlyMap<string, readonly string[]> {
  const parents = new Map<string, string[]>();
  for (const [name, { children }] of groups) {
    for (const child of children) parents.set(child, [...(parents.get(child) ?? []), name]);
  }
  return parents;
}

/** Nearest level first; a group that includes itself by way of others comes once. */
function ancestry(
  direct: readonly string[],
  parents: ReadonlyMap<string, readonly string[]>,
): readonly (readonly string[])[] {
  const found = new Set<string>();
  const levels: string[][] = [];
  let level = [...direct].sort().reverse();
  while (level.length > 0) {
    for (const name of level) found.add(name);
    levels.push(level);
    level = [...new Set(level.flatMap(name => parents.get(name) ?? []))]
      .filter(name => !found.has(name))
      .sort()
      .reverse();
  }
  return levels;
}

/** `web[01:03].example.org` as Ansible reads it: numbers keep their zeros, letters go by the alphabet, a step may follow. */
export function expandRange(pattern: string): readonly string[] {
  const match = /^(.*?)\[(\w+):(\w+)(?::(\d+))?\](.*)$/.exec(pattern);
  if (match === null) return [pattern];
  const [, before = '', from = '', to = '', step = '1', after = ''] = match;
  const numeric = /^\d+$/.test(from) && /^\d+$/.test(to);
  const code = (text: string) => (numeric ? Number(text) : text.charCodeAt(0));
  const names: string[] = [];
  for (let at = code(from); at <= code(to) && names.length < 10_000; at += Math.max(Number(step), 1)) {
    names.push(numeric ? String(at).padStart(from.length, '0') : String.fromCharCode(at));
  }
  return names.flatMap(name => expandRange(`${after}`).map(rest => `${before}${name}${rest}`));
}

/** A value of an INI file, as Ansible takes it: Python's literals for numbers, true and false, else the text. */
export function iniValue(text: string): Json {
  const quoted = /^(['"])(.*)\1$/.exec(text);
  if (quoted) return quoted[2] ?? '';
  if (/^-?\d+$/.test(text) && !/^-?0\d/.test(text)) return Number(text);
  if (/^(true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  return text;
}
