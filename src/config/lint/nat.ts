import { contains, familyOf } from '../../model/network.ts';
import { parseIp } from '../address.ts';
import type { Draft } from '../draft/draft.ts';
import type { DraftHost } from '../draft/host.ts';
import type { DraftServer, DraftService } from '../draft/service.ts';
import type { DraftVip } from '../draft/vip.ts';
import { doubtful, type Rule, wrong, wrongAtKey } from './rule.ts';

/** Answers must come back through the director that has the connection: by a VIP of it in the real server's subnet. */
const wayBack: Rule = {
  reads: ['hosts', 'director', 'vips', 'services'],
  *check(draft) {
    const told = new Set<string>();
    for (const { method, servers } of draft.services) {
      if (method !== 'NAT') continue;
      for (const server of servers) {
        const { host, rip } = server;
        if (host === undefined || rip === undefined || familyOf(rip) !== 4 || told.has(host.name)) continue;
        told.add(host.name);
        yield* judge(server, rip, draft);
      }
    }
  },
};

function* judge({ host, path }: DraftServer, rip: string, draft: Draft) {
  if (host === undefined) return;
  const route = host.yaml.default_route === undefined ? undefined : parseIp(host.yaml.default_route);
  const nets = host.addresses.filter(({ net }) => contains(net, rip)).map(({ net }) => net);
  const near = (ip: string) => nets.some(net => contains(net, ip));
  const inner = draft.vips.map(({ net }) => net.ip).filter(near);
  const own = draft.directors.flatMap(({ addresses }) => addresses.map(({ net }) => net.ip)).filter(near);
  const good = draft.directors.length === 1 ? [...inner, ...own] : inner;
  if (route !== undefined && good.includes(route)) return;
  if (own.length === 0) {
    yield wrongAtKey(path, `NAT needs a director in the subnet of ${host.name} (${rip})`);
    return;
  }
  const what = `NAT needs ${host.name} to answer through the director`;
  const at = [...host.path, 'default_route'];
  if (good.length === 0) {
    const hint = `add a VIP in its subnet, and make it the default_route of ${host.name}`;
    yield wrongAtKey(path, `${what}, and the directors have no VIP in its subnet`, hint);
  } else if (route === undefined) {
    yield wrongAtKey(host.path, `${what}, and it has no default_route`, `add default_route: ${good[0]}`);
  } else {
    const stays = own.includes(route) ? ', which stays with one director' : '';
    yield wrong(at, `${what}, and its default route is ${route}${stays}`, `write ${good[0]}`);
  }
}

/** A client on the real servers' own wire gets its answer straight from them, and does not know the sender. */
const clientsBeside: Rule = {
  reads: ['hosts', 'vips', 'services'],
  *check({ services, hosts }) {
    for (const { name, method, servers, path, vip } of services) {
      if (method !== 'NAT') continue;
      const rips = servers.flatMap(({ rip }) => (rip === undefined ? [] : [rip]));
      const beside = hosts.find(
        host => asks(host, vip) && host.addresses.some(({ net }) => rips.some(rip => contains(net, rip))),
      );
      if (beside === undefined) continue;
      const message = `${beside.name} is in the subnet of the real servers of ${name}: they answer it without the director, and the connection fails`;
      yield {
        ...doubtful([...path, 'method'], message, 'put clients into another subnet, or write method: DR'),
      };
    }
  },
};

/** Whether `verify` will ask a VIP from this host: it is a client, and has a way there. */
function asks({ roles, addresses, yaml }: DraftHost, vip: DraftVip | undefined): boolean {
  if (!roles.has('client') || vip === undefined) return false;
  return yaml.default_route !== undefined || addresses.some(({ net }) => contains(net, vip.net.ip));
}

/** A VIP that the host itself has leads nowhere as a next hop. */
const routeByOwnVip: Rule = {
  reads: ['hosts', 'vips', 'services'],
  *check({ services }) {
    const told = new Set<string>();
    for (const { method, vip, servers, name } of services) {
      if (vip === undefined || !holdsVip(method)) continue;
      for (const { host } of servers) {
        const route = parseIp(host?.yaml.default_route ?? '');
        if (host === undefined || route !== vip.net.ip || told.has(host.name)) continue;
        told.add(host.name);
        const message = `${host.name} itself holds ${route}, the VIP of ${name}: it is no next hop for it`;
        yield wrong(
          [...host.path, 'default_route'],
          message,
          `give ${name} another VIP than the way back of NAT`,
        );
      }
    }
  },
};

/**
 * With DR and TUN a real server answers from the VIP by its default route. Where NAT leads that through the director,
 * the director finds an address of its own as the sender, and drops the packet (net/ipv4/fib_frontend.c, a martian).
 */
const answersByDirector: Rule = {
  reads: ['hosts', 'vips', 'services'],
  *check({ services, hosts }) {
    const routed = new Set(
      services
        .filter(({ method }) => method === 'NAT')
        .flatMap(({ servers }) => servers.map(({ name }) => name)),
    );
    for (const { method, vip, servers, name } of services) {
      if (!holdsVip(method)) continue;
      for (const { host, path } of servers) {
        if (host === undefined || !routed.has(host.name)) continue;
        const apart = hosts.find(client => asks(client, vip) && !besides(client, host));
        if (apart === undefined) continue;
        const message = `${host.name} answers ${apart.name} for ${name} (${method}) through the director, as NAT wants it, which drops what comes from its own VIP`;
        yield {
          ...doubtful(
            path,
            message,
            'write method: FULLNAT for the one that is NAT, or use other real servers',
          ),
          at: 'key',
        };
      }
    }
  },
};

function holdsVip(method: DraftService['method']): boolean {
  return method === 'DR' || method === 'TUN';
}

function besides(client: DraftHost, server: DraftHost): boolean {
  return client.addresses.some(({ net }) => server.addresses.some(each => contains(each.net, net.ip)));
}

export const natRules: readonly Rule[] = [wayBack, clientsBeside, routeByOwnVip, answersByDirector];
