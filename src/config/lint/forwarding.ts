import { contains, familyOf } from '../../model/network.ts';
import { showNetwork } from '../address.ts';
import type { Draft } from '../draft/draft.ts';
import type { DraftService } from '../draft/service.ts';
import { doubtful, type Rule, wrong, wrongAtKey } from './rule.ts';

/** NAT and FULLNAT write new addresses and ports into packets; DR and TUN pass them on as they are. */
function rewrites(method: DraftService['method']): boolean {
  return method === 'NAT' || method === 'FULLNAT';
}

/** Nobody changes the port. */
const samePort: Rule = {
  reads: ['services'],
  *check({ services }) {
    for (const { method, servers, port: called } of services) {
      if (rewrites(method)) continue;
      for (const { path, port } of servers) {
        if (port === called) continue;
        const hint = `write ${called}, or method: NAT`;
        yield wrong([...path, 'port'], `${method} cannot change the port from ${called} to ${port}`, hint);
      }
    }
  },
};

/** DR sends frames: the real server must be on the wire. */
const sameSegment: Rule = {
  reads: ['hosts', 'vips', 'services'],
  *check({ services, directors }) {
    for (const { method, servers, vip } of services) {
      if (method !== 'DR' || vip === undefined) continue;
      for (const { name, path, rip } of servers) {
        if (rip === undefined || familyOf(rip) !== vip.net.family) continue;
        const apart = directors.find(
          ({ addresses }) => addresses.length > 0 && !addresses.some(({ net }) => contains(net, rip)),
        );
        if (apart === undefined) continue;
        const nets = apart.addresses.map(({ net }) => showNetwork(net)).join(', ');
        const message = `DR needs ${name} (${rip}) in a subnet of ${apart.name} (${nets})`;
        yield wrongAtKey(path, message, 'write method: TUN, which works across subnets');
      }
    }
  },
};

const sameFamily: Rule = {
  reads: ['hosts', 'vips', 'services'],
  *check({ services }) {
    for (const { method, servers, vip } of services) {
      if (vip === undefined) continue;
      for (const { path, rip } of servers) {
        if (rip === undefined || familyOf(rip) === vip.net.family) continue;
        const message = `${method} needs one family, and the VIP is IPv${vip.net.family}`;
        yield wrong([...path, 'rip'], message, `write an IPv${vip.net.family} address`);
      }
    }
  },
};

/** A client that carries the VIP itself (DR, TUN) talks to itself. */
const asksItself: Rule = {
  reads: ['hosts', 'services'],
  *check({ services }) {
    for (const { method, servers } of services) {
      if (rewrites(method)) continue;
      for (const { name, path, host } of servers) {
        if (!host?.roles.has('client')) continue;
        const message = `${name} is a client too, and has the VIP itself: it will always answer itself`;
        yield { ...doubtful(path, message, 'ask from a host that is no real server'), at: 'key' };
      }
    }
  },
};

/** Directors that are each other's real servers send one packet to and fro, unless the BACKUP leaves it alone. */
const ownServer: Rule = {
  reads: ['hosts', 'director', 'vips', 'vrrp', 'services'],
  *check(draft) {
    for (const service of draft.services) yield* directorsIn(service, draft);
  },
};

function* directorsIn({ servers }: DraftService, { directors, syncDaemon }: Draft) {
  const both = servers.filter(({ host }) => host?.roles.has('director') && host.roles.has('real_server'));
  if (both.length === 0 || directors.length < 2 || syncDaemon?.yaml.backup_only === true) return;
  for (const { path, name } of both) {
    const message = `${name} is a director too: as BACKUP it balances what the MASTER sends to it`;
    const hint = 'use hosts that are no directors, or write director.sync_daemon: { backup_only: true }';
    yield { ...doubtful(path, message, hint), at: 'key' as const };
  }
}

export const forwardingRules: readonly Rule[] = [samePort, sameSegment, sameFamily, asksItself, ownServer];
