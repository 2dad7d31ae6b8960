import { isIP } from 'node:net';
import type { Json, JsonObject } from '../model/json.ts';
import type { AnsibleHost } from './ansible.ts';
import { said } from './sketch.ts';

/** A host's way in, in the words of `ssh:`; what Ansible keeps in secret becomes a reference to the environment. */
export function sshOf({ name, vars }: AnsibleHost, own: string): JsonObject {
  const text = (key: string): string | undefined => {
    const value = vars[key];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
  };
  const address = text('ansible_host') ?? text('ansible_ssh_host');
  const user = text('ansible_user') ?? text('ansible_ssh_user');
  const become = vars['ansible_become'] === true || text('ansible_become_method') === 'sudo';
  const sudoSecret = ['ansible_become_pass', 'ansible_become_password', 'ansible_sudo_pass'];
  const loginSecret = ['ansible_password', 'ansible_ssh_pass', 'ansible_ssh_password'];
  const has = (keys: readonly string[]) => keys.some(key => vars[key] !== undefined);
  return said({
    host:
      address !== undefined && isIP(address) !== 0
        ? undefined
        : (address ?? (name === own ? undefined : name)),
    port: Number(text('ansible_port') ?? text('ansible_ssh_port')) || undefined,
    user,
    identity_file: text('ansible_ssh_private_key_file') ?? text('ansible_private_key_file'),
    password: has(loginSecret) ? { env: 'SSH_PASSWORD' } : undefined,
    become:
      !become || user === 'root'
        ? undefined
        : has(sudoSecret)
          ? { password: { env: 'SUDO_PASSWORD' } }
          : true,
    proxy_jump: jumpOf(text('ansible_ssh_common_args') ?? text('ansible_ssh_extra_args')),
  });
}

function jumpOf(args: string | undefined): string | undefined {
  return /(?:-J|ProxyJump[= ])\s*["']?([^\s"']+)/.exec(args ?? '')?.[1];
}

/** Splits settings into those that all hosts share and those that remain each one's own. */
export function sharedSettings(all: readonly JsonObject[]): {
  readonly shared: JsonObject;
  readonly own: readonly JsonObject[];
} {
  const [first = {}] = all;
  const same = (key: string, value: Json | undefined) =>
    all.every(one => JSON.stringify(one[key]) === JSON.stringify(value));
  const shared = Object.fromEntries(
    Object.entries(first).filter(([key, value]) => key !== 'host' && same(key, value)),
  );
  return {
    shared,
    own: all.map(one => Object.fromEntries(Object.entries(one).filter(([key]) => !(key in shared)))),
  };
}
