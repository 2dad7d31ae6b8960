import type { PortRange } from '../../model/cluster.ts';
import { type DraftService, readPorts } from '../draft/service.ts';
import type { Path } from '../path.ts';
import { type Rule, wrong } from './rule.ts';

/** The ports of an entry as written, each with its place. */
function portsOf({
  yaml,
  path,
}: DraftService): readonly { readonly path: Path; readonly text: number | string }[] {
  const { port } = yaml;
  if (!Array.isArray(port)) return [{ path: [...path, 'port'], text: port }];
  return port.map((text, index) => ({ path: [...path, 'port', index], text }));
}

const ranges: Rule = {
  reads: ['services'],
  *check({ services }) {
    for (const service of services) {
      for (const { path, text } of portsOf(service)) {
        const { first, last } = readPorts(text);
        if (last > 65535) yield wrong(path, `${last} is no port`, 'the last one is 65535');
        else if (first > last) yield wrong(path, `${text} ends before it begins`, `write ${last}-${first}`);
        else if (first !== last && service.mark === undefined) {
          const hint = 'add fwmark: 1 (a number that no other service has), or list the ports';
          yield wrong(path, 'a range of ports needs a firewall mark', hint);
        }
      }
    }
  },
};

/** IPVS knows a service by the mark alone. */
const sameMark: Rule = {
  reads: ['hosts', 'vips', 'services'],
  *check({ services }) {
    const seen = new Map<number, string>();
    for (const { name, path, mark } of services) {
      if (mark === undefined) continue;
      const other = seen.get(mark.value);
      if (other === undefined) seen.set(mark.value, name);
      else
        yield wrong(
          [...path, 'fwmark'],
          `${mark.value} is the mark of ${other} already`,
          'take another number',
        );
    }
  },
};

const markFamilies: Rule = {
  reads: ['hosts', 'vips', 'services'],
  *check({ services }) {
    for (const { path, mark } of services) {
      if (new Set(mark?.vips.map(({ net }) => net.family)).size < 2) continue;
      const hint = 'make two services, each with a mark of its own';
      yield wrong([...path, 'vip'], 'a firewall mark is of one family: IPv4 or IPv6', hint);
    }
  },
};

/** IPVS looks for a mark before it looks for address and port. */
const overlap: Rule = {
  reads: ['hosts', 'vips', 'services'],
  *check({ services }) {
    const places = services.flatMap(service => placesOf(service).map(place => ({ ...place, service })));
    for (const [index, { service, key, ports }] of places.entries()) {
      if (service.mark === undefined) continue;
      const other = places.find(
        (each, at) =>
          each.key === key &&
          each.service !== service &&
          overlaps(each.ports, ports) &&
          (at < index || each.service.mark === undefined),
      );
      if (other === undefined) continue;
      const common = Math.max(ports.first, other.ports.first);
      const message = `port ${common} of ${key.replace(' ', ' of ')} is ${other.service.name}'s too: a packet has one service`;
      yield wrong([...service.path, 'port'], message, 'take it out of one of them');
    }
  },
};

function placesOf(service: DraftService): readonly { readonly key: string; readonly ports: PortRange }[] {
  const { mark, vip, port, protocol } = service;
  const vips = mark?.vips ?? (vip === undefined ? [] : [vip]);
  const ports = mark?.ports ?? [{ first: port, last: port }];
  return vips.flatMap(({ name }) => ports.map(range => ({ key: `${protocol} ${name}`, ports: range })));
}

function overlaps(a: PortRange, b: PortRange): boolean {
  return a.first <= b.last && b.first <= a.last;
}

const serverPort: Rule = {
  reads: ['services'],
  *check({ services }) {
    for (const { mark, servers } of services) {
      if (mark === undefined) continue;
      for (const { path, yaml } of servers) {
        if (yaml.port === undefined) continue;
        const message = 'with a firewall mark a real server is called at the port that the client called';
        yield wrong([...path, 'port'], message, 'remove it, or make a service for each port, without fwmark');
      }
    }
  },
};

export const portRules: readonly Rule[] = [ranges, sameMark, markFamilies, overlap, serverPort];
