import type { Schema } from '../../model/kind.ts';
import { check } from './check.ts';
import { director } from './director.ts';
import { firewall } from './firewall.ts';
import { followingDefinitions } from './follow.ts';
import { gateway } from './gateway.ts';
import { host, hosts, json } from './host.ts';
import { keepalived } from './keepalived.ts';
import { lab } from './lab.ts';
import { proxy } from './proxy.ts';
import { services } from './service.ts';
import { sshDefinitions } from './ssh.ts';
import { givenName } from './text.ts';
import { vips } from './vip.ts';
import { vrrp } from './vrrp.ts';

/** The inventory: the only definition of its YAML. Editors, types, documentation and messages come from here. */
export const inventorySchema: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Inventory',
  description: 'An LVS cluster: its hosts, its virtual addresses, and what is balanced among whom.',
  type: 'object',
  synonyms: {
    vip: 'vips',
    virtual_ips: 'vips',
    service: 'services',
    virtual_servers: 'services',
    virtual_services: 'services',
    host: 'hosts',
    machines: 'hosts',
    nodes: 'hosts',
    directors: 'director',
    lvs: 'director',
    gateways: 'gateway',
    firewalls: 'firewall',
    iptables: 'firewall',
    firewalld: 'firewall',
    proxies: 'proxy',
    haproxy: 'proxy',
    vrrp_instances: 'vrrp',
  },
  properties: {
    version: {
      const: 1,
      description: 'Version of this format.',
      examples: [1],
    },
    name: {
      type: 'string',
      description: 'Name of the cluster: shown in plans.',
      ...givenName,
      examples: ['dr'],
    },
    lab,
    ssh: { $ref: '#/$defs/ssh' },
    hosts,
    director,
    vips,
    vrrp,
    keepalived,
    services,
    gateway,
    firewall: { $ref: '#/$defs/firewall' },
    proxy,
  },
  required: ['version', 'name', 'hosts'],
  additionalProperties: false,
  $defs: { host, json, ...sshDefinitions, ...followingDefinitions, check, firewall },
};

/** The sections of an inventory. */
export type Section =
  | 'version'
  | 'name'
  | 'lab'
  | 'ssh'
  | 'hosts'
  | 'director'
  | 'vips'
  | 'vrrp'
  | 'keepalived'
  | 'services'
  | 'gateway'
  | 'firewall'
  | 'proxy';
