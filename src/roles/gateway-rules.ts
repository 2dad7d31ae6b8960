import type { Cluster, Forward, Host, IpNet, PortRange } from '../model/cluster.ts';
import { endpoint, familyOf } from '../model/network.ts';
import type { HostRule } from './rule-rows.ts';

/**
 * A gateway's rules, in the order in which they are added (iptables(8), iptables-extensions(8)).
 *
 * The way of a request from outside with DR: the gateway writes the VIP over its own address, the director hands the
 * packet on as it is, and the real server answers the client from the VIP, by its default route: this gateway. Here
 * the reply meets the connection that the request made, and gets the gateway's address back. So the client needs no
 * route to the inside: it sees one neighbour only. Replies never meet the source NAT, which is asked for the first
 * packet of a connection alone. A client inside that calls the outer address is not served (its replies would come
 * straight from the VIP): it calls the VIP.
 */
export function gatewayRules({ gateway }: Cluster, host: Host): readonly HostRule[] {
  const filters = host.firewall !== undefined;
  return [
    ...gateway.forwards.map(filters ? opened : accepted),
    ...(filters ? [...gateway.snat, ...gateway.masquerade].flatMap(passing) : []),
    // The first rule that fits rewrites. A stated address goes in front, where the gateway's own may stand already.
    ...gateway.snat
      .map(({ network, interface: outside, to }) =>
        rewritten(network, outside, ['SNAT', '--to-source', to], `as ${to}`, 'insert'),
      )
      .reverse(),
    ...gateway.masquerade.map(({ network, interface: outside }) =>
      rewritten(network, outside, ['MASQUERADE'], "with the gateway's own address", 'append'),
    ),
    ...gateway.forwards.map(redirected),
  ];
}

interface SourceNat {
  readonly network: IpNet;
  readonly interface: string;
}

function rewritten(
  network: IpNet,
  outside: string,
  target: readonly string[],
  how: string,
  place: 'append' | 'insert',
): HostRule {
  return {
    spec: {
      table: 'nat',
      chain: 'POSTROUTING',
      rule: ['-s', showNet(network), '-o', outside, '-j', ...target],
      family: network.family,
      place,
    },
    reason: `hosts of ${showNet(network)} go out ${how}`,
  };
}

function redirected(forward: Forward): HostRule {
  const { address, protocol, ports, service, to } = forward;
  const target = to.port === undefined ? to.address : endpoint(to.address, to.port);
  return {
    spec: {
      table: 'nat',
      chain: 'PREROUTING',
      rule: [
        ...['-d', `${address}/32`, '-p', protocol, '--dport', showPorts(ports, ':')],
        ...['-j', 'DNAT', '--to-destination', target],
      ],
      family: familyOf(to.address),
    },
    reason: `what calls ${callable(forward)} gets ${service === undefined ? target : `service ${service}`}`,
  };
}

/**
 * Where the policy of FORWARD is DROP, forwarded requests need a way through, in both directions: packets of
 * connections that our DNAT made, and no others. It is appended: it serves a policy, and never overrules a rule of the
 * host's owner. What a network sends out by source NAT is for its owner to allow.
 */
function accepted(forward: Forward): HostRule {
  const { address, protocol, ports, to } = forward;
  return {
    spec: {
      chain: 'FORWARD',
      rule: [
        ...['-p', protocol, '-m', 'conntrack', '--ctstate', 'DNAT'],
        ...['--ctorigdst', address, '--ctorigdstport', showPorts(ports, ':'), '-j', 'ACCEPT'],
      ],
      family: familyOf(to.address),
    },
    reason: `lets ${callable(forward)} through where others are dropped`,
  };
}

/**
 * The same where the inventory says that this host filters: in front, whatever others say. In other words than the rule that
 * is appended, so that one takes the place of the other when the inventory changes its mind.
 */
function opened(forward: Forward): HostRule {
  const { address, protocol, ports, to } = forward;
  return {
    spec: {
      chain: 'FORWARD',
      rule: [
        ...['-m', 'conntrack', '--ctproto', protocol, '--ctstate', 'DNAT'],
        ...['--ctorigdst', address, '--ctorigdstport', showPorts(ports, ':'), '-j', 'ACCEPT'],
      ],
      family: familyOf(to.address),
      place: 'insert',
    },
    reason: `lets ${callable(forward)} through what this host filters`,
  };
}

/** What a network sends out, and the answers. */
function passing({ network, interface: outside }: SourceNat): readonly HostRule[] {
  const { family } = network;
  const answers = ['-m', 'conntrack', '--ctstate', 'ESTABLISHED,RELATED'];
  const rule = (words: readonly string[], reason: string): HostRule => ({
    spec: { chain: 'FORWARD', rule: [...words, '-j', 'ACCEPT'], family, place: 'insert' },
    reason,
  });
  const what = showNet(network);
  return [
    rule(['-s', what, '-o', outside], `lets hosts of ${what} out through what this host filters`),
    rule(['-d', what, '-i', outside, ...answers], `lets answers back to hosts of ${what}`),
  ];
}

function callable({ address, ports, protocol }: Forward): string {
  const udp = protocol === 'tcp' ? '' : `/${protocol}`;
  return `${address}:${showPorts(ports, '-')}${udp}`;
}

function showPorts({ first, last }: PortRange, between: string): string {
  return first === last ? String(first) : `${first}${between}${last}`;
}

function showNet({ ip, prefix }: IpNet): string {
  return `${ip}/${prefix}`;
}
