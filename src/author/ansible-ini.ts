import type { JsonObject } from '../model/json.ts';
import { exit, Problem } from '../model/problem.ts';
import { type AnsibleGroup, type AnsibleGroups, expandRange, iniValue } from './ansible.ts';

type Growing = { hosts: Set<string>; children: Set<string>; vars: { [name: string]: JsonObject[string] } };

/** Reads an Ansible inventory in INI form. Throws a Problem with the line that is none of it. */
export function parseAnsibleIni(file: string, text: string): AnsibleGroups {
  const hosts = new Map<string, { [name: string]: JsonObject[string] }>();
  const groups = new Map<string, Growing>();
  const groupOf = (name: string): Growing => {
    const known = groups.get(name) ?? { hosts: new Set(), children: new Set(), vars: {} };
    groups.set(name, known);
    return known;
  };
  let [name, part] = ['ungrouped', 'hosts'];

  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const words = wordsOf(line);
    const [first] = words;
    if (first === undefined) continue;
    const section = /^\[([^\]:]+)(?::(vars|children|hosts))?\]$/.exec(words.join(' '));
    if (section) {
      [name, part] = [section[1] ?? '', section[2] ?? 'hosts'];
      groupOf(name);
    } else if (part === 'vars') {
      const [, key, value] = /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
      if (key === undefined || value === undefined) throw odd(file, index, 'is no NAME=VALUE');
      groupOf(name).vars[key] = iniValue(value);
    } else if (part === 'children') {
      groupOf(name).children.add(first);
      groupOf(first);
    } else {
      const vars: { [name: string]: JsonObject[string] } = {};
      for (const word of words.slice(1)) {
        const at = word.indexOf('=');
        if (at < 1) throw odd(file, index, `has "${word}" where NAME=VALUE should be`);
        vars[word.slice(0, at)] = iniValue(word.slice(at + 1));
      }
      for (const host of expandRange(first)) {
        hosts.set(host, { ...hosts.get(host), ...vars });
        groupOf(name).hosts.add(host);
      }
    }
  }
  return { hosts, groups: groups as ReadonlyMap<string, AnsibleGroup> };
}

/** The words of a line, without its comment; quotes keep words together, as in a shell. */
function wordsOf(line: string): readonly string[] {
  const words: string[] = [];
  const pattern = /\s+|[#;].*$|((?:[^\s'"#;]|'[^']*'|"[^"]*"|(?<=\S)[#;])+)/gy;
  for (const [, word] of line.matchAll(pattern)) {
    if (word !== undefined) words.push(word.replaceAll(/'([^']*)'|"([^"]*)"/g, (_, one, two) => one ?? two));
  }
  return words;
}

function odd(file: string, index: number, why: string): Problem {
  return new Problem(`${file} is not an Ansible inventory`, {
    code: exit.input,
    where: `${file}:${index + 1}`,
    why: `the line ${why}`,
  });
}
