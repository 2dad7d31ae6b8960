import { isIP } from 'node:net';
import type { RoleName } from '../model/cluster.ts';
import type { JsonObject } from '../model/json.ts';
import { exit, Problem } from '../model/problem.ts';
import type { AnsibleHost, AnsibleInventory } from './ansible.ts';
import { rolesOf } from './ansible-roles.ts';
import { sharedSettings, sshOf } from './ansible-ssh.ts';
import { names, secretName, templated, word } from './ansible-words.ts';
import { vaulted } from './ansible-yaml.ts';
import type { HostWords } from './host-words.ts';
import { type Remark, type Sketch, said } from './sketch.ts';

/** What the user says beside the file. */
export interface AnsibleHints {
  /** Roles by group, where a group's name does not tell. */
  readonly roles: ReadonlyMap<string, RoleName>;
  /** Addresses of hosts for which the file has none, or others than it has. */
  readonly hosts: readonly HostWords[];
  readonly name: string;
  readonly vip: string | undefined;
}

/** A host that has a role, on its way. */
interface Taken {
  readonly host: AnsibleHost;
  /** Its name here: a DNS label. */
  readonly name: string;
  readonly roles: readonly RoleName[];
  readonly interfaces: HostWords['interfaces'];
}

/**
 * An Ansible inventory as one of lvsform's: groups become roles, connection variables become `ssh`, and what roles for
 * keepalived and LVS usually call VIP, router id, priority, scheduler, method and weight becomes what it is here.
 * Other plain variables go to `vars`. No secret is copied. What had to be assumed is said in comments.
 */
export function fromAnsible(file: string, inventory: AnsibleInventory, hints: AnsibleHints): Sketch {
  const taken = take(file, inventory, hints);
  const remarks: Remark[] = [];
  const { shared, own } = sharedSettings(taken.map(({ host, name }) => sshOf(host, name)));
  const directors = taken.filter(({ roles }) => roles.includes('director'));
  const servers = taken.filter(({ roles }) => roles.includes('real_server'));
  const lead = directors.map(({ host }) => host.vars);
  const first = (keys: readonly string[]) =>
    lead.map(vars => word(vars, keys)).find(value => value !== undefined);
  const vip = hints.vip ?? first(names.vip);
  const port = Number(first(names.port) ?? 80) || 80;
  const spare = directors.length > 1;

  const data = said({
    version: 1,
    name: hints.name,
    ssh: Object.keys(shared).length > 0 ? shared : undefined,
    hosts: Object.fromEntries(
      taken.map((each, index) => [each.name, hostEntry(each, spare, own[index] ?? {}, directors, vip)]),
    ),
    director: { mode: spare ? 'keepalived' : 'static' },
    vips: vip === undefined ? undefined : { web: { address: vip } },
    vrrp:
      vip === undefined || !spare
        ? undefined
        : {
            web: said({
              virtual_router_id: Number(first(names.routerId)) || 51,
              auth_pass: lead.some(vars => Object.keys(vars).some(key => /auth_pass|vrrp_pass/i.test(key)))
                ? { env: 'VRRP_PASS' }
                : undefined,
            }),
          },
    services:
      vip === undefined || servers.length === 0
        ? undefined
        : {
            [`web-${port}`]: {
              vip: 'web',
              port,
              scheduler: first(names.scheduler) ?? 'rr',
              method: (first(names.method) ?? 'DR').toUpperCase(),
              real_servers: Object.fromEntries(
                servers.map(({ name, host }) => [
                  name,
                  { weight: Number(word(host.vars, names.weight) ?? 1) },
                ]),
              ),
            },
          },
  });
  remarks.push(...assumptions(taken, inventory, { vip, port, said: first }));
  return { head: headOf(file, inventory, taken), data, comments: remarks };
}

function hostEntry(
  { host, name, roles, interfaces }: Taken,
  spare: boolean,
  ssh: JsonObject,
  directors: readonly Taken[],
  vip: string | undefined,
): JsonObject {
  const place = directors.findIndex(each => each.name === name);
  const told = Number(word(host.vars, names.priority));
  const master = /^master$/i.test(word(host.vars, names.state) ?? '');
  const anyMaster = directors.some(each => /^master$/i.test(word(each.host.vars, names.state) ?? ''));
  const priority = told || (anyMaster ? (master ? 150 : 100 - Math.max(place - 1, 0)) : 150 - 50 * place);
  const devices: { [device: string]: string } = {};
  for (const { name: device, address } of interfaces) devices[device] = address;
  const vars = otherVars(host.vars, vip);
  return said({
    roles: [...roles],
    priority: place >= 0 && spare ? Math.min(Math.max(priority, 1), 255) : undefined,
    interfaces: devices,
    ssh: Object.keys(ssh).length > 0 ? ssh : undefined,
    vars: Object.keys(vars).length > 0 ? vars : undefined,
  });
}

/** Variables that mean nothing to lvsform itself, for playbooks and templates; nothing secret, nothing of Jinja. */
function otherVars(vars: JsonObject, vip: string | undefined): JsonObject {
  const known = new Set<string>(Object.values(names).flat());
  return Object.fromEntries(
    Object.entries(vars).filter(
      ([key, value]) =>
        /^[A-Za-z][A-Za-z0-9_]*$/.test(key) &&
        !key.startsWith('ansible_') &&
        !known.has(key) &&
        !secretName.test(key) &&
        !templated(value) &&
        !JSON.stringify(value).includes(vaulted) &&
        value !== vip,
    ),
  );
}

function take(file: string, { hosts }: AnsibleInventory, hints: AnsibleHints): readonly Taken[] {
  const named = labels(hosts.map(({ name }) => name));
  const taken: Taken[] = [];
  const homeless: string[] = [];
  for (const host of hosts) {
    const roles = rolesOf(host.groups, hints.roles);
    if (roles.length === 0) continue;
    const name = named.get(host.name) ?? host.name;
    const told = hints.hosts.find(each => each.name === name || each.name === host.name)?.interfaces;
    const address = [
      word(host.vars, ['ansible_host', 'ansible_ssh_host']),
      word(host.vars, names.address),
      host.name,
    ]
      .map(text => text?.split('/')[0])
      .find(text => text !== undefined && isIP(text) !== 0);
    if (told === undefined && address === undefined) {
      homeless.push(name);
      continue;
    }
    const device = word(host.vars, names.interface) ?? 'eth0';
    const prefix = prefixOf(host, address ?? '');
    taken.push({
      host,
      name,
      roles,
      interfaces: told ?? [{ name: device, address: `${address}/${prefix}` }],
    });
  }
  if (homeless.length > 0) {
    throw new Problem(`the file has no address of ${homeless.join(', ')}`, {
      code: exit.input,
      where: file,
      why: 'only names are there, and lvsform knows networks by addresses',
      next: homeless.map(name => `--address ${name}=ADDRESS/PREFIX`).join(' '),
    });
  }
  if (taken.length === 0) {
    throw new Problem('no host of the file has a role in an LVS cluster', {
      code: exit.input,
      where: file,
      why: `its groups are ${[...new Set(hosts.flatMap(({ groups }) => groups.flat()))].join(', ') || 'none'}`,
      next: 'say what they are: --group GROUP=director --group GROUP=real_server',
    });
  }
  return taken;
}

function prefixOf({ vars }: AnsibleHost, address: string): string {
  const written = word(vars, names.address)?.split('/')[1] ?? word(vars, names.prefix);
  return written ?? (isIP(address) === 6 ? '64' : '24');
}

/** DNS labels for names: the first label where that is unique, else all of the name. */
function labels(all: readonly string[]): ReadonlyMap<string, string> {
  const label = (text: string) =>
    text
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-+|-+$/g, '')
      .slice(0, 63);
  const short = (name: string) =>
    isIP(name) === 0 ? label(name.split('.')[0] ?? name) : `host-${label(name)}`;
  const counts = new Map<string, number>();
  for (const name of all) counts.set(short(name), (counts.get(short(name)) ?? 0) + 1);
  return new Map(all.map(name => [name, counts.get(short(name)) === 1 ? short(name) : label(name)]));
}

function headOf(file: string, { hosts }: AnsibleInventory, taken: readonly Taken[]): readonly string[] {
  const left = hosts.filter(host => !taken.some(each => each.host === host)).map(({ name }) => name);
  return [
    `Made from the Ansible inventory ${file}.`,
    ...(left.length > 0 ? [`Left out, for their groups tell no role: ${left.join(', ')}.`] : []),
  ];
}

function* assumptions(
  taken: readonly Taken[],
  { hosts }: AnsibleInventory,
  {
    vip,
    port,
    said: first,
  }: { vip: string | undefined; port: number; said(keys: readonly string[]): string | undefined },
): Generator<Remark> {
  const guessed = taken.filter(
    ({ host }) =>
      word(host.vars, names.address)?.includes('/') !== true && word(host.vars, names.prefix) === undefined,
  );
  const [guess] = guessed;
  if (guess !== undefined)
    yield {
      path: ['hosts'],
      text: 'The file does not tell all prefixes and interfaces: look through those here.',
    };
  const secrets = hosts.some(({ vars }) => Object.keys(vars).some(key => secretName.test(key)));
  if (secrets)
    yield {
      path: ['hosts'],
      text: 'No password was copied: references such as { env: NAME } stand for them.',
    };
  if (hosts.some(({ vars }) => Object.values(vars).some(templated)))
    yield { path: ['hosts'], text: 'Variables that are Jinja expressions were left out.' };
  if (vip === undefined) {
    yield {
      path: ['director'],
      text: 'The file names no VIP: give --vip, or write vips, vrrp and services.',
    };
    return;
  }
  if (first(names.port) === undefined && taken.some(({ roles }) => roles.includes('real_server')))
    yield { path: ['services'], text: `The file names no port: ${port} is assumed.` };
}
