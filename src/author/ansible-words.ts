import type { Json, JsonObject } from '../model/json.ts';

/**
 * The first of a host's variables that has one of these names and a plain value. Roles for keepalived and LVS that
 * people use each have names of their own for the same thing. A Jinja expression is no value: only Ansible can tell it.
 */
export function word(vars: JsonObject, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = plain(vars[name]);
    if (value !== undefined) return value;
  }
  return undefined;
}

function plain(value: Json | undefined): string | undefined {
  const [first] = [value].flat();
  if (typeof first === 'number') return String(first);
  return typeof first === 'string' && first !== '' && !templated(first) ? first : undefined;
}

/** Holds an expression of Jinja anywhere. */
export function templated(value: Json | undefined): boolean {
  return /\{\{|\{%/.test(JSON.stringify(value ?? null));
}

/** Each thing by the names that it goes by. */
export const names = {
  address: ['ip', 'address', 'private_ip', 'ip_address', 'rip', 'node_ip'],
  prefix: ['prefix', 'prefixlen', 'cidr_prefix'],
  interface: ['interface', 'iface', 'nic', 'vrrp_interface', 'keepalived_interface', 'lvs_interface'],
  vip: [
    ...['vip', 'vips', 'virtual_ip', 'vip_address', 'lvs_vip', 'virtual_ipaddress', 'keepalived_vip'],
    ...['keepalived_virtual_ip', 'keepalived_virtual_ipaddress', 'vrrp_vip'],
  ],
  routerId: [
    'virtual_router_id',
    'vrid',
    'keepalived_virtual_router_id',
    'keepalived_router_id',
    'vrrp_router_id',
  ],
  priority: ['priority', 'keepalived_priority', 'vrrp_priority'],
  state: ['state', 'keepalived_state', 'vrrp_state', 'keepalived_role'],
  port: ['lvs_port', 'vip_port', 'service_port', 'http_port', 'port'],
  scheduler: ['lvs_scheduler', 'lvs_sched', 'lb_algo', 'scheduler'],
  method: ['lvs_method', 'lb_kind', 'forwarding_method', 'method'],
  weight: ['weight', 'lvs_weight', 'rs_weight'],
} as const;

/** Variables whose value must not be copied, by their names. */
export const secretName = /pass(word|wd|phrase)?$|passw|secret|token|private_key$|auth_key/i;
