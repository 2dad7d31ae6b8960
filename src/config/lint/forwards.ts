import type { PortRange } from '../../model/cluster.ts';
import { contains } from '../../model/network.ts';
import { parseIp } from '../address.ts';
import type { Draft } from '../draft/draft.ts';
import type { DraftForward } from '../draft/gateway.ts';
import type { DraftHost } from '../draft/host.ts';
import { didYouMean } from '../suggest.ts';
import { doubtful, type Rule, wrong } from './rule.ts';

const sources: Rule = {
  reads: ['hosts', 'gateway'],
  *check({ gateways, forwards }) {
    const own = gateways.flatMap(({ addresses }) => addresses.map(({ net }) => net.ip));
    for (const [index, forward] of forwards.entries()) {
      const { path, address, ports, protocol, to } = forward;
      const at = [...path, 'from'];
      const other = forwards.slice(0, index).find(each => overlap(each, forward));
      if (ports.last > 65535) yield wrong(at, `${ports.last} is no port`, 'write 1 to 65535');
      else if (ports.first > ports.last) {
        yield wrong(at, `ports ${ports.first} to ${ports.last} are none`, 'write the smaller one first');
      } else if (gateways.length > 0 && !own.includes(address)) {
        yield wrong(at, `no gateway has the address ${address}`, `gateways have ${own.join(', ')}`);
      } else if (other !== undefined) {
        yield wrong(at, `${protocol} ${address}:${showPorts(ports)} goes to ${other.to} already`);
      }
      const ssh = gateways.find(({ addresses }) => addresses.some(({ net }) => net.ip === address));
      if (protocol === 'tcp' && ssh !== undefined && includes(ports, ssh.yaml.ssh?.port ?? 22)) {
        yield doubtful(
          at,
          `SSH to ${ssh.name} itself is by this port: it would go to ${to}`,
          'take another port',
        );
      }
    }
  },
};

function overlap(one: DraftForward, other: DraftForward): boolean {
  if (one.address !== other.address || one.protocol !== other.protocol) return false;
  return one.ports.first <= other.ports.last && other.ports.first <= one.ports.last;
}

function includes({ first, last }: PortRange, port: number): boolean {
  return first <= port && port <= last;
}

function showPorts({ first, last }: PortRange): string {
  return first === last ? String(first) : `${first}-${last}`;
}

const targets: Rule = {
  reads: ['hosts', 'vips', 'services', 'gateway'],
  *check(draft) {
    for (const forward of draft.forwards) {
      yield* forward.place === undefined ? toService(forward, draft) : toHost(forward, draft);
    }
  },
};

function* toService({ path, to, service, writtenProtocol }: DraftForward, { yaml }: Draft) {
  const known = Object.keys(yaml.services ?? {});
  if (service === undefined) {
    const hint = didYouMean(to, known) ?? (known.length > 0 ? `services: ${known.join(', ')}` : undefined);
    yield wrong([...path, 'to'], `there is no service ${to}`, hint);
  } else if (writtenProtocol !== undefined && writtenProtocol !== service.protocol) {
    yield wrong(
      [...path, 'protocol'],
      `service ${to} is ${service.protocol}, not ${writtenProtocol}`,
      'leave it out',
    );
  } else if (service.vip?.net.family === 6) {
    yield wrong([...path, 'to'], `${to} has an IPv6 VIP, and a gateway forwards IPv4`);
  }
}

function* toHost({ path, ports, place }: DraftForward, { gateways }: Draft) {
  if (place === undefined) return;
  const at = [...path, 'to'];
  const { first, last } = place.ports ?? ports;
  const unequal = first !== last && (first !== ports.first || last !== ports.last);
  if (last > 65535) yield wrong(at, `${last} is no port`, 'write 1 to 65535');
  else if (unequal) {
    const hint = `write ${place.address}, or a single port`;
    yield wrong(
      at,
      `ports ${showPorts(ports)} keep their numbers, and cannot become ${showPorts({ first, last })}`,
      hint,
    );
  } else if (gateways.length > 0 && !gateways.some(each => isNear(each, place.address))) {
    yield doubtful(at, `no gateway is in a network with ${place.address}`);
  }
}

function isNear({ addresses }: DraftHost, ip: string): boolean {
  return addresses.some(({ net }) => net.ip !== ip && contains(net, ip));
}

/** A host answers by its own default route (with NAT by the director's); only the gateway that rewrote the request can mend the answer. */
const wayBack: Rule = {
  reads: ['hosts', 'vips', 'services', 'gateway'],
  *check({ forwards, gateways, hosts }) {
    if (gateways.length === 0) return;
    const own = gateways.flatMap(({ addresses }) => addresses.map(({ net }) => net.ip));
    const told = new Set<string>();
    for (const { service, place, to } of forwards) {
      const answering =
        place === undefined
          ? (service?.method === 'DR' || service?.method === 'TUN' ? service.servers : []).map(
              ({ host }) => host,
            )
          : hosts.filter(({ addresses }) => addresses.some(({ net }) => net.ip === place.address));
      for (const host of answering) {
        const route = parseIp(host?.yaml.default_route ?? '');
        if (host === undefined || route === undefined || own.includes(route) || told.has(host.name)) continue;
        // A route that cannot be one is told elsewhere.
        if (!isNear(host, route)) continue;
        told.add(host.name);
        const message = `${to} is forwarded by a gateway, and ${host.name} does not answer through one (${own.join(', ')})`;
        yield doubtful([...host.path, 'default_route'], message);
      }
    }
  },
};

export const forwardRules: readonly Rule[] = [sources, targets, wayBack];
