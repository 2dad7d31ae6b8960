import { contains } from '../../model/network.ts';
import { broadcastOf, networkOf, showNet, showNetwork, unusable } from '../address.ts';
import type { DraftAddress, DraftHost } from '../draft/host.ts';
import { doubtful, type Rule, wrong } from './rule.ts';

const everywhere = (hosts: readonly DraftHost[]) =>
  hosts.flatMap(host => host.addresses.map(address => ({ ...address, host })));

const duplicates: Rule = {
  reads: ['hosts'],
  *check({ hosts }) {
    const owners = new Map<string, { host: DraftHost; interface: string }>();
    for (const address of everywhere(hosts)) {
      const owner = owners.get(address.net.ip);
      if (owner === undefined) owners.set(address.net.ip, address);
      else
        yield wrong(
          address.path,
          `${address.net.ip} is an address of ${owner.host.name} (${owner.interface}) too`,
        );
    }
  },
};

const noHostAddress: Rule = {
  reads: ['hosts'],
  *check({ hosts }) {
    for (const { net, path } of everywhere(hosts)) {
      const why = notForHosts(net);
      if (why !== undefined) yield wrong(path, `${net.ip} is ${why}, which no host can have`);
    }
  },
};

/** Why an address cannot be a host's, or undefined. */
export function notForHosts(net: DraftAddress['net']): string | undefined {
  const never = unusable(net.ip);
  if (never !== undefined) return never;
  const whole = net.prefix >= (net.family === 4 ? 31 : 127);
  if (net.family === 4 && !whole && net.ip === networkOf(net))
    return `the network address of ${showNetwork(net)}`;
  if (net.ip === broadcastOf(net)) return `the broadcast address of ${showNetwork(net)}`;
  return undefined;
}

/** Two hosts on one wire that disagree on how large their network is do not reach each other reliably. */
const differentLengths: Rule = {
  reads: ['hosts'],
  *check({ hosts }) {
    const seen = new Map<string, DraftAddress & { host: DraftHost }>();
    for (const address of everywhere(hosts)) {
      const key = showNetwork(address.net);
      if (!seen.has(key)) {
        const other = [...seen.values()].find(each => overlap(each, address));
        if (other !== undefined) {
          const what = `${key} overlaps ${showNetwork(other.net)} of ${other.host.name}`;
          yield doubtful(address.path, `${what}: is the length of a prefix wrong?`);
        }
        seen.set(key, address);
      }
    }
  },
};

function overlap(a: DraftAddress, b: DraftAddress): boolean {
  const alone = (net: DraftAddress['net']) => net.prefix === (net.family === 4 ? 32 : 128);
  if (alone(a.net) || alone(b.net)) return false;
  return contains(a.net, b.net.ip) || contains(b.net, a.net.ip);
}

const twoLegs: Rule = {
  reads: ['hosts'],
  *check({ hosts }) {
    for (const { addresses } of hosts) {
      for (const [index, address] of addresses.entries()) {
        const other = addresses
          .slice(0, index)
          .find(({ interface: name, net }) => name !== address.interface && contains(net, address.net.ip));
        if (other === undefined) continue;
        const message = `${showNet(address.net)} is in the same subnet as ${other.interface}: answers may leave by either`;
        yield doubtful(address.path, message, 'give each subnet one interface');
      }
    }
  },
};

export const addressRules: readonly Rule[] = [duplicates, noHostAddress, differentLengths, twoLegs];
