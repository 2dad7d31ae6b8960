import { contains, endpoint } from '../../model/network.ts';
import { networkOf, parseIp, showNetwork } from '../address.ts';
import { didYouMean } from '../suggest.ts';
import { doubtful, type Rule, wrong, wrongAtKey } from './rule.ts';

const nobody: Rule = {
  reads: ['hosts', 'gateway'],
  *check({ gateways, forwards, masquerade }) {
    if (gateways.length > 0 || forwards.length + masquerade.length === 0) return;
    yield wrongAtKey(['gateway'], 'no host is a gateway', 'give one the role: roles: [gateway]');
  },
};

const sources: Rule = {
  reads: ['hosts', 'gateway'],
  *check({ gateways, forwards }) {
    const own = gateways.flatMap(({ addresses }) => addresses.map(({ net }) => net.ip));
    const seen = new Map<string, string>();
    for (const { path, address, port, service, to } of forwards) {
      const at = [...path, 'from'];
      const key = `${service?.protocol ?? 'tcp'} ${endpoint(address, port)}`;
      const other = seen.get(key);
      seen.set(key, to);
      if (port > 65535) yield wrong(at, `${port} is no port`, 'write 1 to 65535');
      else if (gateways.length > 0 && !own.includes(address)) {
        yield wrong(at, `no gateway has the address ${address}`, `gateways have ${own.join(', ')}`);
      } else if (other !== undefined) yield wrong(at, `${key} goes to ${other} already`);
      const ssh = gateways.find(({ addresses }) => addresses.some(({ net }) => net.ip === address));
      if (service?.protocol === 'tcp' && ssh !== undefined && port === (ssh.yaml.ssh?.port ?? 22)) {
        yield doubtful(
          at,
          `SSH to ${ssh.name} itself is by this port: it would go to ${to}`,
          'take another port',
        );
      }
    }
  },
};

const targets: Rule = {
  reads: ['services', 'gateway'],
  *check({ forwards, yaml }) {
    const known = Object.keys(yaml.services ?? {});
    for (const { path, to, service } of forwards) {
      if (service !== undefined) continue;
      const hint = didYouMean(to, known) ?? (known.length > 0 ? `services: ${known.join(', ')}` : undefined);
      yield wrong([...path, 'to'], `there is no service ${to}`, hint);
    }
  },
};

const networks: Rule = {
  reads: ['hosts', 'gateway'],
  *check({ masquerade, gateways, forwards }) {
    const own = gateways.flatMap(({ addresses }) => addresses.map(({ net }) => net.ip));
    const strange = forwards.some(({ address }) => !own.includes(address));
    const interfaces = [
      ...new Set(gateways.flatMap(({ addresses }) => addresses.map(each => each.interface))),
    ];
    for (const { path, net, interface: name } of masquerade) {
      if (net.ip !== networkOf(net)) {
        yield wrong(path, `${net.ip} is an address in ${showNetwork(net)}`, `write ${showNetwork(net)}`);
      } else if (net.family === 6) yield wrong(path, 'IPv6 is not masqueraded', 'write an IPv4 network');
      if (gateways.length === 0) continue;
      if (name === undefined) {
        if (strange) continue;
        const hint = `write { network: ${showNetwork(net)}, interface: ${interfaces.at(-1) ?? 'eth1'} }`;
        yield wrong(path, 'by which interface does it leave?', hint);
      } else if (!interfaces.includes(name)) {
        yield wrong(path, `no gateway has an interface ${name}`, `they have ${interfaces.join(', ')}`);
      } else if (
        gateways.every(
          ({ addresses }) =>
            !addresses.some(each => contains(each.net, net.ip) || contains(net, each.net.ip)),
        )
      ) {
        yield doubtful(path, `no gateway is in ${showNetwork(net)}`);
      }
    }
  },
};

/** In DR and TUN a real server answers by its own default route; only the gateway that rewrote the request can mend the answer. */
const wayBack: Rule = {
  reads: ['hosts', 'vips', 'services', 'gateway'],
  *check({ forwards, gateways }) {
    if (gateways.length === 0) return;
    const own = gateways.flatMap(({ addresses }) => addresses.map(({ net }) => net.ip));
    const told = new Set<string>();
    for (const { service, to } of forwards) {
      if (service === undefined || service.method === 'NAT') continue;
      for (const { host } of service.servers) {
        const route = parseIp(host?.yaml.default_route ?? '');
        if (host === undefined || route === undefined || own.includes(route) || told.has(host.name)) continue;
        // A route that cannot be one is told elsewhere.
        if (!host.addresses.some(({ net }) => net.ip !== route && contains(net, route))) continue;
        told.add(host.name);
        const message = `${to} is forwarded by a gateway, and ${host.name} does not answer through one (${own.join(', ')})`;
        yield doubtful([...host.path, 'default_route'], message);
      }
    }
  },
};

export const gatewayRules: readonly Rule[] = [nobody, sources, targets, networks, wayBack];
