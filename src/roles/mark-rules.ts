import type { Cluster, PortRange, VirtualService } from '../model/cluster.ts';
import type { HostRule } from './rule-rows.ts';

/**
 * What gives packets the firewall marks by which services know them: for each VIP, rules in mangle PREROUTING, which a
 * packet passes before IPVS sees it (ipvsadm(8), `-f`). They are the same on every director and in every mode, for a
 * BACKUP that takes over has no time to make them.
 */
export function markRules({ services }: Cluster): readonly HostRule[] {
  return services.flatMap(service => rulesOf(service));
}

function rulesOf({ name, protocol, mark }: VirtualService): readonly HostRule[] {
  if (mark === undefined) return [];
  return mark.vips.flatMap(({ address: { ip, family } }) =>
    portMatches(mark.ports).map(match => ({
      spec: {
        table: 'mangle',
        chain: 'PREROUTING',
        rule: ['-d', ip, '-p', protocol, ...match, '-j', 'MARK', '--set-mark', String(mark.value)],
        family,
      },
      reason: `service ${name}: these ports of ${ip} are known by the mark ${mark.value}`,
    })),
  );
}

/** A match multiport takes 15 ports, of which a range is two (iptables-extensions(8)). */
const slots = 15;

function portMatches(ports: readonly PortRange[]): readonly (readonly string[])[] {
  const [first] = ports;
  if (ports.length === 1 && first !== undefined) return [['--dport', written(first)]];
  const lists: PortRange[][] = [[]];
  for (const range of ports) {
    const last = lists.at(-1) ?? [];
    if (used(last) + used([range]) <= slots) last.push(range);
    else lists.push([range]);
  }
  return lists.map(list => ['-m', 'multiport', '--dports', list.map(written).join(',')]);
}

function used(ports: readonly PortRange[]): number {
  return ports.reduce((sum, { first, last }) => sum + (first === last ? 1 : 2), 0);
}

function written({ first, last }: PortRange): string {
  return first === last ? String(first) : `${first}:${last}`;
}
