import { endpoint } from '../kinds/ip.ts';
import type { IptablesSpec } from '../kinds/iptables.ts';
import type { Cluster, Forward, VirtualService } from '../model/cluster.ts';

/** A rule, and what a reader of a plan is told of it. */
export interface GatewayRule {
  readonly spec: IptablesSpec;
  readonly reason: string;
}

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
export function gatewayRules({ gateway, services }: Cluster): readonly GatewayRule[] {
  const forwards = gateway.forwards.map(forward => ({ forward, service: serviceOf(services, forward) }));
  return [
    ...forwards.map(({ forward, service }) => accepted(forward, service)),
    ...gateway.masquerade.map(({ network, interface: outside }) => ({
      spec: {
        table: 'nat',
        chain: 'POSTROUTING',
        rule: ['-s', `${network.ip}/${network.prefix}`, '-o', outside, '-j', 'MASQUERADE'],
        family: network.family,
      },
      reason: `hosts of ${network.ip}/${network.prefix} go out with the gateway's own address`,
    })),
    ...forwards.map(({ forward, service }) => redirected(forward, service)),
  ];
}

function redirected(forward: Forward, { name, vip, port }: VirtualService): GatewayRule {
  return {
    spec: {
      table: 'nat',
      chain: 'PREROUTING',
      rule: [
        ...['-d', hostNetwork(forward.address), '-p', forward.protocol, '--dport', String(forward.port)],
        ...['-j', 'DNAT', '--to-destination', endpoint(vip.address.ip, port)],
      ],
      family: vip.address.family,
    },
    reason: `what calls ${endpoint(forward.address, forward.port)} gets service ${name}`,
  };
}

/**
 * Where the policy of FORWARD is DROP, forwarded requests need a way through, in both directions: packets of
 * connections that our DNAT made, and no others. It is appended: it serves a policy, and never overrules a rule of the
 * host's owner. What a network sends out by source NAT is for its owner to allow.
 */
function accepted(forward: Forward, { vip }: VirtualService): GatewayRule {
  return {
    spec: {
      chain: 'FORWARD',
      rule: [
        ...['-p', forward.protocol, '-m', 'conntrack', '--ctstate', 'DNAT'],
        ...['--ctorigdst', forward.address, '--ctorigdstport', String(forward.port), '-j', 'ACCEPT'],
      ],
      family: vip.address.family,
    },
    reason: `lets ${endpoint(forward.address, forward.port)} through where others are dropped`,
  };
}

function hostNetwork(ip: string): string {
  return `${ip}/${ip.includes(':') ? 128 : 32}`;
}

function serviceOf(services: readonly VirtualService[], forward: Forward): VirtualService {
  const service = services.find(({ name }) => name === forward.service);
  if (service === undefined) throw new Error(`no service ${forward.service}: the loader checks this`);
  return service;
}
