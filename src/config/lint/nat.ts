import { contains, familyOf } from '../../model/network.ts';
import { parseIp } from '../address.ts';
import type { Draft } from '../draft/draft.ts';
import type { DraftServer } from '../draft/service.ts';
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
    for (const { name, method, servers, path } of services) {
      if (method !== 'NAT') continue;
      const rips = servers.flatMap(({ rip }) => (rip === undefined ? [] : [rip]));
      const beside = hosts.find(
        ({ roles, addresses }) =>
          roles.has('client') && addresses.some(({ net }) => rips.some(rip => contains(net, rip))),
      );
      if (beside === undefined) continue;
      const message = `${beside.name} is in the subnet of the real servers of ${name}: they answer it without the director, and the connection fails`;
      yield {
        ...doubtful([...path, 'method'], message, 'put clients into another subnet, or write method: DR'),
      };
    }
  },
};

export const natRules: readonly Rule[] = [wayBack, clientsBeside];
