import { type OpeningSpec, opening } from '../kinds/opening.ts';
import { markedWords, ruleWords } from '../kinds/opening-words.ts';
import { packageKind } from '../kinds/package.ts';
import type { Cluster, Host } from '../model/cluster.ts';
import { type Resource, resource } from '../model/kind.ts';
import type { WantedOpening } from './firewall-checks.ts';
import { firewallOpenings } from './firewall-openings.ts';
import { ownUnit } from './own-unit.ts';
import { backends, type RuleRow } from './rule-rows.ts';

/** The data of templates/firewall.sh.hbs. */
export interface FirewallScript {
  readonly host: string;
  readonly cluster: string;
  readonly backends: string;
  readonly rules: readonly RuleRow[];
  /** Nothing is to be done where firewalld runs: it keeps its rules by itself. */
  readonly firewalld: boolean;
}

/**
 * What a host that filters lets in for LVS. Whole roles come after it: a director that does not hear its peer takes the VIP,
 * and a real server that refuses its checks is taken out. Every role of a host gives the same list; what is wanted twice
 * in the same words is wanted once.
 *
 * firewalld keeps rules by itself. Those of iptables are live first, then in a script and unit for the boot; with
 * `auto` the script asks again, at boot, what the host filters with.
 */
export function firewall(cluster: Cluster, host: Host): readonly Resource[] {
  const { firewall: backend } = host;
  if (backend === undefined) return [];
  const openings = firewallOpenings(cluster, host);
  if (openings.length === 0) return [];
  const resources = openings.map(({ spec, reason }) => resource(opening, { ...spec, backend }, reason));
  if (backend === 'firewalld') return resources;
  return [
    resource(packageKind, { name: 'iptables' }, "holds the rules that let LVS's packets in"),
    ...resources,
    ...ownUnit({
      script: '/usr/local/sbin/lvsform-firewall.sh',
      template: 'firewall.sh',
      data: script(cluster, host, openings),
      unit: 'lvsform-firewall',
      holds: 'iptables rules are gone after a reboot',
    }),
  ];
}

function script(cluster: Cluster, host: Host, openings: readonly WantedOpening[]): FirewallScript {
  return {
    host: host.name,
    cluster: cluster.name,
    backends,
    rules: openings.map(row),
    firewalld: host.firewall === 'auto',
  };
}

function row({ spec, reason }: { readonly spec: OpeningSpec; readonly reason: string }): RuleRow {
  return {
    program: spec.family === 6 ? 'ip6tables' : 'iptables',
    table: 'filter',
    place: '-I',
    chain: spec.chain ?? 'INPUT',
    words: markedWords(ruleWords(spec)).join(' '),
    reason,
  };
}
