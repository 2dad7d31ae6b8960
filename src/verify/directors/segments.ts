import type { Plan } from '../../model/change.ts';
import type { Cluster, Host, Vip, VrrpInstance } from '../../model/cluster.ts';
import { named, parseKeepalivedConf, wordAfter } from '../../model/keepalived-conf.ts';
import { contains } from '../../model/network.ts';
import { Problem } from '../../model/problem.ts';
import type { Heard } from './listen.ts';
import { holds } from './owners.ts';
import type { Holding } from './standing.ts';

/** What a director is about to bring onto its segments for the first time. */
export interface Newcomer {
  readonly host: Host;
  readonly instances: readonly VrrpInstance[];
  readonly vips: readonly Vip[];
}

/**
 * The directors whose plan brings a virtual router or a VIP that they do not have yet. What keepalived has is told by
 * the file that the plan replaces; one that does not run has nothing. Pure.
 */
export function newcomers(cluster: Cluster, plan: Plan): readonly Newcomer[] {
  return cluster.hosts
    .filter(({ roles }) => roles.includes('director'))
    .flatMap(host => {
      const changes = plan.hosts.filter(each => each.host === host.name).flatMap(each => each.changes);
      const conf = changes.find(({ address }) => address === 'file//etc/keepalived/keepalived.conf');
      const daemon = changes.find(({ address }) => address === 'service/keepalived');
      const starts = daemon !== undefined && memberOf(daemon.from, 'running') !== true;
      if (conf === undefined && !starts) return byAddress(cluster, host, changes);
      const had = starts ? new Set() : routersOf(memberOf(conf?.from, 'content'));
      const own = cluster.vrrp.filter(({ members }) => members.some(member => member.host === host.name));
      const instances = own.filter(each => !had.has(`${each.interface} ${each.virtualRouterId}`));
      return instances.length === 0 ? [] : [{ host, instances, vips: instances.flatMap(each => each.vips) }];
    });
}

/** In mode `static` the VIP itself is in the plan. */
function byAddress(
  { vips }: Cluster,
  host: Host,
  changes: Plan['hosts'][number]['changes'],
): readonly Newcomer[] {
  const created = new Set(changes.filter(each => each.action === 'create').map(({ address }) => address));
  const own = vips.filter(vip =>
    created.has(`address/${vip.interface}/${vip.address.ip}/${vip.address.prefix}`),
  );
  return own.length === 0 ? [] : [{ host, instances: [], vips: own }];
}

function memberOf(state: unknown, name: string): unknown {
  return typeof state === 'object' && state !== null
    ? (state as { [name: string]: unknown })[name]
    : undefined;
}

function routersOf(content: unknown): ReadonlySet<string> {
  if (typeof content !== 'string') return new Set();
  return new Set(
    named(parseKeepalivedConf(content), 'vrrp_instance').map(
      ({ entries }) => `${wordAfter(entries, 'interface')} ${wordAfter(entries, 'virtual_router_id')}`,
    ),
  );
}

/** What each host says of its interfaces: their names are those that have an address, and `bare` ones. */
export type Interfaces = ReadonlyMap<string, ReadonlySet<string>>;

/** Faults of the places that newcomers are meant for: interfaces that are not there, subnets that are not theirs. Pure. */
export function misplaced(
  { host, instances, vips }: Newcomer,
  names: ReadonlySet<string>,
  { addresses }: Holding,
): readonly Problem[] {
  const wanted = new Set([...instances.map(each => each.interface), ...vips.map(each => each.interface)]);
  const there = [...names].filter(name => name !== 'lo').join(', ');
  const missing = [...wanted].filter(name => !names.has(name));
  const odd = vips.filter(vip => {
    const nets = host.interfaces.find(({ name }) => name === vip.interface)?.addresses ?? [];
    const near = nets.filter(net => contains(net, vip.address.ip));
    return (
      names.has(vip.interface) &&
      near.length > 0 &&
      !addresses.some(
        each =>
          each.interface === vip.interface &&
          near.some(net => contains(net, each.ip) && each.ip !== vip.address.ip),
      )
    );
  });
  return [
    ...missing.map(
      name =>
        new Problem(`there is no interface ${name}`, {
          where: host.name,
          why: `the inventory puts ${
            vips
              .filter(each => each.interface === name)
              .map(({ address }) => address.ip)
              .join(', ') || 'VRRP'
          } on it; the host has ${there}`,
          next: "correct the host's interfaces in the inventory",
        }),
    ),
    ...odd.map(
      vip =>
        new Problem(`${vip.interface} has no address in the subnet of the VIP ${vip.address.ip}`, {
          where: host.name,
          why: `it has ${
            addresses
              .filter(each => each.interface === vip.interface)
              .map(({ ip }) => ip)
              .join(', ') || 'none'
          }; the inventory says otherwise`,
          next: "correct the host's interfaces in the inventory, or the addresses of the host",
        }),
    ),
  ];
}

/** Who has what a newcomer is about to bring: hosts of the inventory that hold a VIP, and others on the segment. Pure. */
export function taken(
  { host, instances, vips }: Newcomer,
  heard: Heard,
  all: readonly Holding[],
  cluster: Cluster,
): readonly Problem[] {
  const directors = new Set(
    cluster.hosts.filter(each => each.roles.includes('director')).map(({ name }) => name),
  );
  const own = new Set([
    ...cluster.hosts
      .filter(each => directors.has(each.name))
      .flatMap(each => each.interfaces.flatMap(({ addresses }) => addresses.map(({ ip }) => ip))),
    ...all.filter(each => directors.has(each.director)).flatMap(each => each.addresses.map(({ ip }) => ip)),
  ]);
  const others = all.filter(each => !directors.has(each.director));
  const owned = vips.filter(vip => all.some(each => holds(each, vip)));
  return [
    ...vips.flatMap(vip =>
      others
        .filter(each => holds(each, vip))
        .map(
          each =>
            new Problem(`${each.director} holds the VIP ${vip.address.ip} itself`, {
              where: host.name,
              why: `${host.name} is to hold it too: it would have two owners`,
              next: `take ${vip.address.ip} away from ${each.director}, or choose another VIP`,
            }),
        ),
    ),
    ...heard.answerers
      .filter(
        ({ ip }) => vips.some(vip => vip.address.ip === ip) && !owned.some(vip => vip.address.ip === ip),
      )
      .map(
        ({ interface: name, ip, mac }) =>
          new Problem(`the VIP ${ip} is in use already`, {
            where: host.name,
            why: `${mac} answers ARP for it on ${name}, and no host of this inventory holds it`,
            next: 'find out whose it is, or choose another VIP',
          }),
      ),
    ...heard.senders
      .filter(({ ip }) => !own.has(ip))
      .flatMap(sender => {
        const instance = instances.find(
          each => each.interface === sender.interface && each.virtualRouterId === sender.virtualRouterId,
        );
        return instance === undefined ? [] : [foreign(host, instance, sender, heard)];
      }),
  ];
}

function foreign(
  host: Host,
  { name, virtualRouterId }: VrrpInstance,
  { interface: at, ip, priority }: Heard['senders'][number],
  heard: Heard,
): Problem {
  const used = new Set(heard.senders.filter(each => each.interface === at).map(each => each.virtualRouterId));
  const free = Array.from({ length: 255 }, (_, index) => index + 1).find(
    id => id > virtualRouterId && !used.has(id),
  );
  return new Problem(`virtual_router_id ${virtualRouterId} is in use on the segment of ${at}`, {
    where: host.name,
    why: `${ip} sends VRRP with it (priority ${priority}), and is no director of this inventory: the two would take each other's VIPs away`,
    next: `give the instance ${name} another virtual_router_id${free === undefined ? '' : ` (${free} was not heard)`}, or stop the other one`,
  });
}
