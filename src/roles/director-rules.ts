import { addressKind } from '../kinds/address.ts';
import { iptables } from '../kinds/iptables.ts';
import { packageKind } from '../kinds/package.ts';
import type { Cluster, Host } from '../model/cluster.ts';
import { type Resource, resource } from '../model/kind.ts';
import { fullNatRules } from './fullnat-rules.ts';
import { markRules } from './mark-rules.ts';
import { boundPool } from './own-addresses.ts';
import { ownUnit } from './own-unit.ts';
import { backends, type HostRule, type RuleRow, ruleRows } from './rule-rows.ts';

/** The data of templates/director.sh.hbs. */
export interface DirectorScript {
  readonly host: string;
  readonly cluster: string;
  readonly backends: string;
  readonly addresses: readonly { readonly device: string; readonly address: string }[];
  readonly rules: readonly RuleRow[];
}

/** The rules of the packet filter that this director's services need. */
function rulesOf(cluster: Cluster, host: Host): readonly HostRule[] {
  return [...markRules(cluster), ...fullNatRules(cluster, host)];
}

/**
 * What of a director is iptables' business: the same in each mode, for neither keepalived nor our unit of the table
 * holds rules. Addresses come before the rules that write them into packets; both are there before the first VIP.
 */
export function directorRules(cluster: Cluster, host: Host): readonly Resource[] {
  const rules = rulesOf(cluster, host);
  if (rules.length === 0) return [];
  const addresses = boundPool(cluster, host);
  const data: DirectorScript = {
    host: host.name,
    cluster: cluster.name,
    backends,
    addresses,
    rules: ruleRows(rules),
  };
  return [
    resource(packageKind, { name: 'iptables' }, 'holds the rules that services of this director need'),
    ...addresses.map(({ device, address }) =>
      resource(
        addressKind,
        { interface: device, address },
        'a local address of FULLNAT: real servers answer to it, so it must answer ARP here',
      ),
    ),
    ...rules.map(({ spec, reason }) => resource(iptables, spec, reason)),
    ...ownUnit({
      script: '/usr/local/sbin/lvsform-director.sh',
      template: 'director.sh',
      data,
      unit: 'lvsform-director',
      holds: 'iptables rules are gone after a reboot',
    }),
  ];
}
