import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, parse } from 'node:path';
import { flatten } from '../author/ansible.ts';
import { parseAnsibleIni } from '../author/ansible-ini.ts';
import { parseAnsibleData, parseAnsibleYaml } from '../author/ansible-yaml.ts';
import { fromAnsible } from '../author/from-ansible.ts';
import { hostWords } from '../author/host-words.ts';
import type { Sketch } from '../author/sketch.ts';
import { type RoleName, roleNames } from '../model/cluster.ts';
import type { JsonObject } from '../model/json.ts';
import { exit, Problem } from '../model/problem.ts';
import { usage } from './arguments.ts';
import type { Input } from './command.ts';

/** Reads an Ansible inventory, INI or YAML, with the variables in group_vars and host_vars beside it. */
export async function importAnsible({ values }: Input, file: string): Promise<Sketch> {
  const text = await textOf(file);
  const found = isYaml(file, text) ? parseAnsibleYaml(file, text) : parseAnsibleIni(file, text);
  const inventory = flatten(found, {
    groups: await variables(dirname(file), 'group_vars', ['all', ...found.groups.keys()]),
    hosts: await variables(dirname(file), 'host_vars', [...found.hosts.keys()]),
  });
  return fromAnsible(file, inventory, {
    roles: new Map(values.texts('group').map(groupRole)),
    hosts: values.texts('address').map(hostWords),
    name: values.text('name') ?? nameOf(file),
    vip: values.text('vip'),
  });
}

function groupRole(text: string): [string, RoleName] {
  const [group = '', role = ''] = text.split('=');
  const known = roleNames.find(name => name === role);
  if (group === '' || known === undefined)
    throw usage(`--group takes GROUP=ROLE, not "${text}"`, `roles are ${roleNames.join(', ')}`);
  return [group, known];
}

/** By the file's name where that tells, else by its first line that says something. */
function isYaml(file: string, text: string): boolean {
  if (/\.ya?ml$/.test(file)) return true;
  if (/\.(ini|cfg)$/.test(file)) return false;
  const first = text.split('\n').find(line => /^\s*[^\s#;]/.test(line)) ?? '';
  return /^(---|[^[\s=]+:)\s*$/.test(first);
}

function nameOf(file: string): string {
  const plain = parse(file)
    .name.replaceAll(/[^A-Za-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  return ['hosts', 'inventory', ''].includes(plain) ? 'web' : plain.slice(0, 32).replace(/-$/, '');
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new Problem(`could not read ${file}`, {
      code: exit.input,
      why: error instanceof Error ? error.message : String(error),
    });
  }
}

/** The variables of NAME, NAME.yml or NAME/*.yml in a folder, for each name that has some. */
async function variables(
  directory: string,
  folder: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, JsonObject>> {
  const found = new Map<string, JsonObject>();
  const entries = await readdir(join(directory, folder)).catch(() => []);
  for (const entry of entries.sort()) {
    const name = entry.replace(/\.(ya?ml|json)$/, '');
    if (!names.includes(name)) continue;
    for (const path of await filesOf(join(directory, folder, entry))) {
      const data = parseAnsibleData(path, await textOf(path));
      if (data === null || data === undefined) continue;
      if (typeof data !== 'object' || Array.isArray(data))
        throw new Problem(`${path} holds no variables`, { code: exit.input, where: path });
      found.set(name, { ...found.get(name), ...(data as JsonObject) });
    }
  }
  return found;
}

async function filesOf(path: string): Promise<readonly string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const names = (await readdir(path)).filter(name => !basename(name).startsWith('.')).sort();
  return names.map(name => join(path, name));
}
