import type { Cluster } from '../../src/model/cluster.ts';
import { checked } from '../roles/checked-cluster.ts';
import {
  dr,
  filtering,
  followed,
  fullNat,
  inMode,
  manyForwards,
  nat,
  proxied,
  rich,
  withMethod,
} from '../roles/clusters.ts';

/** What the tests of templates render: a cluster, hosts, and the keepalived that they have. */
export interface Scene {
  readonly name: string;
  readonly cluster: Cluster;
  readonly hosts: readonly string[];
  /** undefined: not known before it is installed. */
  readonly keepalived?: string;
  readonly haproxy?: string;
}

export const scenes: readonly Scene[] = [
  { name: 'dr', cluster: dr, hosts: ['lvs01', 'lvs02', 'web01', 'gateway'], keepalived: '2.2.7' },
  { name: 'dr-vrrp', cluster: inMode(dr, 'vrrp'), hosts: ['lvs01'], keepalived: '2.2.7' },
  { name: 'dr-static', cluster: inMode(dr, 'static'), hosts: ['lvs01', 'lvs02'] },
  { name: 'rich', cluster: rich, hosts: ['lvs01', 'web01'], keepalived: '2.2.7' },
  { name: 'rich-static', cluster: inMode(rich, 'static'), hosts: ['lvs01'] },
  { name: 'rich-2.0.10', cluster: rich, hosts: ['lvs01'], keepalived: '2.0.10' },
  { name: 'rich-2.4.0', cluster: rich, hosts: ['lvs01'], keepalived: '2.4.0' },
  { name: 'rich-unknown', cluster: rich, hosts: ['lvs01'] },
  { name: 'forwards', cluster: manyForwards, hosts: ['gateway'] },
  { name: 'filtering', cluster: filtering, hosts: ['lvs01', 'web01', 'gateway'], keepalived: '2.2.7' },
  { name: 'followed', cluster: followed, hosts: ['lvs01', 'lvs02'], keepalived: '2.2.7' },
  { name: 'checked', cluster: checked, hosts: ['lvs01'], keepalived: '2.2.7' },
  { name: 'tun', cluster: withMethod(dr, 'TUN'), hosts: ['web01'] },
  { name: 'nat', cluster: nat, hosts: ['lvs01', 'web01'], keepalived: '2.2.7' },
  { name: 'proxied', cluster: proxied, hosts: ['web01'], haproxy: '2.6.12' },
  { name: 'proxied-2.2.9', cluster: proxied, hosts: ['web01'], haproxy: '2.2.9' },
  { name: 'fullnat', cluster: fullNat, hosts: ['lvs01', 'lvs02'], keepalived: '2.2.7' },
];
