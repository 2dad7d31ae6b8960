import { contains } from '../../model/network.ts';
import { networkOf, showNetwork } from '../address.ts';
import type { DraftSnat, DraftSourceNat } from '../draft/gateway.ts';
import type { DraftHost } from '../draft/host.ts';
import { doubtful, type Rule, wrong, wrongAtKey } from './rule.ts';

const nobody: Rule = {
  reads: ['hosts', 'gateway'],
  *check({ gateways, forwards, masquerade, snat }) {
    if (gateways.length > 0 || forwards.length + masquerade.length + snat.length === 0) return;
    yield wrongAtKey(['gateway'], 'no host is a gateway', 'give one the role: roles: [gateway]');
  },
};

const masqueraded: Rule = {
  reads: ['hosts', 'gateway'],
  *check({ masquerade, snat, gateways, forwards }) {
    const own = addressesOf(gateways);
    const strange = forwards.some(({ address }) => !own.includes(address));
    for (const entry of masquerade) {
      yield* ofNetwork(entry, gateways, 'masquerade', strange);
      const first = snat.find(each => overshadows(each, entry));
      if (first === undefined) continue;
      const message = `snat takes all that leaves ${showNetwork(entry.net)} by ${first.interface}`;
      yield doubtful(entry.path, message, 'leave one of the two out');
    }
  },
};

const rewritten: Rule = {
  reads: ['hosts', 'gateway'],
  *check({ snat, gateways }) {
    for (const entry of snat) {
      const { path, first, last } = entry;
      const strange = addressesBetween(gateways, first, last).length === 0;
      yield* ofNetwork(entry, gateways, 'snat', strange);
      if (number(first) > number(last)) {
        yield wrong([...path, 'to'], `${first} to ${last} are no addresses`, 'write the smaller one first');
      } else if (gateways.length > 0 && strange) {
        const message = `no gateway has the address ${first === last ? first : `${first} or one after it`}: answers only come where others route it here`;
        yield doubtful([...path, 'to'], message);
      }
    }
  },
};

/** `quiet`: by which interface cannot be known, for a reason that is told elsewhere. */
function* ofNetwork(
  { path: at, net, interface: name }: DraftSourceNat,
  gateways: readonly DraftHost[],
  section: 'masquerade' | 'snat',
  quiet: boolean,
) {
  const path = section === 'snat' ? [...at, 'network'] : at;
  const interfaces = [...new Set(gateways.flatMap(({ addresses }) => addresses.map(each => each.interface)))];
  if (net.ip !== networkOf(net)) {
    yield wrong(path, `${net.ip} is an address in ${showNetwork(net)}`, `write ${showNetwork(net)}`);
  } else if (net.family === 6) {
    const what = section === 'snat' ? 'IPv6 gets no other source' : 'IPv6 is not masqueraded';
    yield wrong(path, what, 'write an IPv4 network');
  }
  if (gateways.length === 0) return;
  if (name === undefined) {
    if (quiet && section === 'masquerade') return;
    const hint = `write { network: ${showNetwork(net)}, interface: ${interfaces.at(-1) ?? 'eth1'} }`;
    yield wrong(at, 'by which interface does it leave?', section === 'snat' ? 'write interface: NAME' : hint);
  } else if (!interfaces.includes(name)) {
    yield wrong(path, `no gateway has an interface ${name}`, `they have ${interfaces.join(', ')}`);
  } else if (
    gateways.every(
      ({ addresses }) => !addresses.some(each => contains(each.net, net.ip) || contains(net, each.net.ip)),
    )
  ) {
    yield doubtful(path, `no gateway is in ${showNetwork(net)}`);
  }
}

function overshadows(first: DraftSnat, { net, interface: name }: DraftSourceNat): boolean {
  return first.interface === name && first.net.prefix <= net.prefix && contains(first.net, net.ip);
}

function addressesOf(gateways: readonly DraftHost[]): readonly string[] {
  return gateways.flatMap(({ addresses }) => addresses.map(({ net }) => net.ip));
}

function addressesBetween(gateways: readonly DraftHost[], first: string, last: string): readonly string[] {
  return addressesOf(gateways)
    .filter(ip => !ip.includes(':'))
    .filter(ip => number(first) <= number(ip) && number(ip) <= number(last));
}

function number(ipv4: string): number {
  return ipv4.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
}

export const gatewayRules: readonly Rule[] = [nobody, masqueraded, rewritten];
