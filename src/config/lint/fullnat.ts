import { contains, familyOf } from '../../model/network.ts';
import { broadcastOf, networkOf, parseIp, showNetwork } from '../address.ts';
import { type DraftHost, type DraftPool, largestPool } from '../draft/host.ts';
import { doubtful, type Rule, wrong, wrongAtKey } from './rule.ts';

/** A director has to know by which of its addresses it calls a real server: that one is written into the packets. */
const wayOut: Rule = {
  reads: ['hosts', 'vips', 'services'],
  *check({ services, directors }) {
    for (const { method, servers } of services) {
      if (method !== 'FULLNAT') continue;
      for (const { name, path, rip, host } of servers) {
        if (rip === undefined) continue;
        const lost = directors.find(each => each.addresses.length > 0 && !reaches(each, rip));
        if (lost !== undefined) {
          const message = `${lost.name} has no way to ${name} (${rip}): no address in its subnet, and no default_route`;
          yield wrongAtKey(path, message, `add default_route to ${lost.name}: the next hop to ${rip}`);
        } else if (host !== undefined && directors.some(each => !reaches(host, nearest(each, rip)))) {
          const message = `${name} has no way back to the directors: it is in none of their subnets, and has no default_route`;
          yield {
            ...doubtful(path, message, `add default_route to ${name}, or make sure that it has a route`),
            at: 'key',
          };
        }
      }
    }
  },
};

function reaches({ addresses, yaml }: DraftHost, ip: string | undefined): boolean {
  if (ip === undefined || addresses.some(({ net }) => contains(net, ip))) return true;
  return yaml.default_route !== undefined && familyOf(yaml.default_route) === familyOf(ip);
}

/** The director's address on the wire that leads to `rip`. */
function nearest({ addresses, yaml }: DraftHost, rip: string): string | undefined {
  const beside = (ip: string) => addresses.find(({ net }) => contains(net, ip))?.net.ip;
  const route = parseIp(yaml.default_route ?? '');
  return beside(rip) ?? (route === undefined ? undefined : beside(route));
}

const idlePool: Rule = {
  reads: ['hosts', 'services'],
  *check({ hosts, services }) {
    for (const { pool, roles } of hosts) {
      if (pool === undefined) continue;
      if (!roles.has('director'))
        yield doubtful(pool.path, 'only directors have local addresses', 'remove it');
      else if (!services.some(({ method }) => method === 'FULLNAT'))
        yield doubtful(pool.path, 'no service uses method FULLNAT, which local addresses are for');
    }
  },
};

const poolShape: Rule = {
  reads: ['hosts'],
  *check({ hosts }) {
    for (const host of hosts) if (host.pool !== undefined) yield* shapeOf(host.pool, host);
  },
};

function* shapeOf({ path, size, addresses }: DraftPool, host: DraftHost) {
  const [first, last] = [addresses[0], addresses.at(-1)];
  if (size < 1) yield wrong(path, 'the last address comes before the first', 'write the lower one first');
  else if (first === undefined || last === undefined)
    yield wrong(path, `these are ${size} addresses; a pool has at most ${largestPool}`);
  else {
    const net = host.addresses.find(each => contains(each.net, first))?.net;
    const nets = host.addresses.map(each => showNetwork(each.net)).join(', ');
    if (net === undefined)
      yield wrong(path, `${first} is in no subnet of ${host.name}`, `its subnets: ${nets}`);
    else if (!contains(net, last))
      yield wrong(path, `${last} is in another subnet than ${first} (${showNetwork(net)})`);
    else {
      const odd = addresses.find(ip => ip === networkOf(net) || ip === broadcastOf(net));
      if (odd !== undefined) yield wrong(path, `${odd} is no address for a host in ${showNetwork(net)}`);
    }
  }
}

/** Two owners of one address answer ARP by turns. */
const poolTaken: Rule = {
  reads: ['hosts', 'vips'],
  *check({ hosts, vips }) {
    const owners = new Map(
      hosts.flatMap(({ name, addresses }) => addresses.map(({ net }) => [net.ip, name])),
    );
    for (const { name, net } of vips) owners.set(net.ip, `the VIP ${name}`);
    for (const { name, pool } of hosts) {
      if (pool === undefined) continue;
      const taken = pool.addresses.find(ip => owners.has(ip));
      if (taken !== undefined)
        yield wrong(
          pool.path,
          `${taken} belongs to ${owners.get(taken)}`,
          'choose addresses that nobody else has',
        );
      for (const ip of pool.addresses) if (!owners.has(ip)) owners.set(ip, `the pool of ${name}`);
    }
  },
};

/** A real server without a route answers to its own segment alone. */
const poolElsewhere: Rule = {
  reads: ['hosts', 'services'],
  *check({ services, directors }) {
    const rips = services
      .filter(({ method }) => method === 'FULLNAT')
      .flatMap(({ servers }) =>
        servers.flatMap(({ name, rip }) => (rip === undefined ? [] : [{ name, rip }])),
      );
    for (const { pool, addresses } of directors) {
      const [first] = pool?.addresses ?? [];
      if (pool === undefined || first === undefined) continue;
      for (const { name, rip } of rips) {
        const beside = addresses.find(({ net }) => contains(net, rip))?.net;
        if (beside === undefined || contains(beside, first)) continue;
        const message = `${name} (${rip}) is in another subnet than these, and needs a route to answer to them`;
        yield doubtful(pool.path, message, `choose addresses in ${showNetwork(beside)}`);
        break;
      }
    }
  },
};

export const fullNatRules: readonly Rule[] = [wayOut, idlePool, poolShape, poolTaken, poolElsewhere];
