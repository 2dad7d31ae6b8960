import { parse } from 'yaml';
import type { JsonObject } from '../model/json.ts';
import { exit, Problem } from '../model/problem.ts';
import { type AnsibleGroup, type AnsibleGroups, expandRange } from './ansible.ts';

/** What stands for a value that Ansible Vault keeps: its text is of no use here, and never copied. */
export const vaulted = '(vault)';

/** YAML as Ansible writes it: `!vault` and `!unsafe` are tags of its own. */
export function parseAnsibleData(file: string, text: string): unknown {
  try {
    return parse(text, {
      logLevel: 'silent',
      customTags: [
        { tag: '!vault', resolve: () => vaulted },
        { tag: '!unsafe', resolve: (value: string) => value },
      ],
    });
  } catch (error) {
    throw new Problem(`${file} is not YAML`, {
      code: exit.input,
      where: file,
      why: error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error),
    });
  }
}

/** Reads an Ansible inventory in YAML form: groups with hosts, children and vars, from the top. */
export function parseAnsibleYaml(file: string, text: string): AnsibleGroups {
  const hosts = new Map<string, JsonObject>();
  const groups = new Map<string, { hosts: Set<string>; children: Set<string>; vars: JsonObject }>();
  const visit = (name: string, node: unknown): void => {
    const { hosts: own, children, vars } = mapOf(file, name, node);
    const known = groups.get(name) ?? { hosts: new Set<string>(), children: new Set<string>(), vars: {} };
    groups.set(name, { ...known, vars: { ...known.vars, ...mapOf(file, `${name}.vars`, vars) } });
    for (const [pattern, value] of Object.entries(mapOf(file, `${name}.hosts`, own))) {
      for (const host of expandRange(pattern)) {
        hosts.set(host, { ...hosts.get(host), ...mapOf(file, `${name}.hosts.${host}`, value) });
        known.hosts.add(host);
      }
    }
    for (const [child, value] of Object.entries(mapOf(file, `${name}.children`, children))) {
      known.children.add(child);
      visit(child, value);
    }
  };
  for (const [name, node] of Object.entries(mapOf(file, 'the file', parseAnsibleData(file, text))))
    visit(name, node);
  return { hosts, groups: groups as ReadonlyMap<string, AnsibleGroup> };
}

function mapOf(file: string, what: string, node: unknown): JsonObject {
  if (node === undefined || node === null) return {};
  if (typeof node === 'object' && !Array.isArray(node)) return node as JsonObject;
  throw new Problem(`${file} is not an Ansible inventory`, {
    code: exit.input,
    where: file,
    why: `${what} is no map`,
  });
}
