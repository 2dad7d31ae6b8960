import { contains } from '../../model/network.ts';
import { parseIp, showNet, showNetwork } from '../address.ts';
import type { Draft } from '../draft/draft.ts';
import type { DraftHost } from '../draft/host.ts';
import type { DraftVip } from '../draft/vip.ts';
import { notForHosts } from './addresses.ts';
import { doubtful, type Rule, wrong, wrongAtKey } from './rule.ts';

const same: Rule = {
  reads: ['vips'],
  *check({ vips }) {
    const names = new Map<string, string>();
    for (const { name, path, net } of vips) {
      const other = names.get(net.ip);
      if (other === undefined) names.set(net.ip, name);
      else
        yield wrong(
          [...path, 'address'],
          `${net.ip} is the VIP ${other} already`,
          `use ${other}, or another address`,
        );
    }
  },
};

const owned: Rule = {
  reads: ['hosts', 'vips'],
  *check({ vips, hosts }) {
    for (const { path, net } of vips) {
      const owner = hosts.find(({ addresses }) => addresses.some(each => each.net.ip === net.ip));
      if (owner === undefined) continue;
      const message = `${net.ip} is an address of ${owner.name} itself`;
      yield wrong([...path, 'address'], message, 'a VIP is an address that no host has of its own');
    }
  },
};

/** Where a VIP belongs: in a subnet of the directors, on one interface that all of them have. */
const placed: Rule = {
  reads: ['hosts', 'vips'],
  *check({ vips, directors }) {
    if (directors.every(({ addresses }) => addresses.length === 0)) return;
    for (const vip of vips) {
      const at = [...vip.path, 'address'];
      if (vip.found.length === 0) yield outside(vip, directors);
      else if (vip.interface === undefined) {
        const found = vip.found.join(' and ');
        yield wrong(
          at,
          `the directors reach this subnet by ${found}`,
          'name the same interface on all of them',
        );
      } else if (
        !vip.found.includes(vip.interface) &&
        directors.every(each => hasInterface(each.addresses, vip.interface))
      ) {
        const hint = `write interface: ${vip.found[0]}`;
        yield doubtful(
          [...vip.path, 'interface'],
          `${vip.net.ip} is in the subnet of ${vip.found.join(', ')}`,
          hint,
        );
      }
      const lacking = directors.filter(({ addresses }) => !hasInterface(addresses, vip.interface));
      if (vip.interface === undefined || lacking.length === 0) continue;
      const names = lacking.map(({ name }) => name).join(' and ');
      const has = [...new Set(lacking.flatMap(({ addresses }) => addresses.map(each => each.interface)))];
      const place = vip.yaml.interface === undefined ? at : [...vip.path, 'interface'];
      const lacks = lacking.length === 1 ? 'has' : 'have';
      yield wrong(place, `${names} ${lacks} no interface ${vip.interface}`, `there is ${has.join(', ')}`);
    }
  },
};

/** A director without addresses is told elsewhere. */
function hasInterface(addresses: DraftHost['addresses'], name: string | undefined): boolean {
  return addresses.length === 0 || addresses.some(each => each.interface === name);
}

function outside(vip: DraftVip, directors: Draft['directors']) {
  const nets = directors.flatMap(({ addresses }) => addresses.map(({ net }) => showNetwork(net)));
  const message = `${vip.net.ip} is outside of every subnet of the directors (${[...new Set(nets)].join(', ')})`;
  const at = [...vip.path, 'address'];
  return vip.yaml.interface === undefined
    ? wrong(at, message, 'take an address in one of them, or write interface: if a route leads to it')
    : doubtful(at, message, 'it works where a route leads to the directors');
}

const shape: Rule = {
  reads: ['hosts', 'vips'],
  *check({ vips, directors }) {
    for (const { path, net, interface: name } of vips) {
      const at = [...path, 'address'];
      const nets = directors.flatMap(({ addresses }) =>
        addresses.filter(each => each.interface === name && contains(each.net, net.ip)).map(each => each.net),
      );
      const why = [net, ...nets.map(({ prefix }) => ({ ...net, prefix }))].map(notForHosts).find(Boolean);
      if (why !== undefined) yield wrong(at, `${net.ip} is ${why}, which no host can have`);
      const other = nets.find(({ prefix }) => prefix !== net.prefix);
      if (net.family === 6 && net.prefix !== 128) {
        const message = `a director would call its real servers from ${showNet(net)}, which they have too`;
        yield wrong(at, message, `write ${net.ip} alone: so it is never used as a source`);
      } else if (net.family === 4 && net.prefix !== 32 && other !== undefined) {
        const hint = `write ${net.ip}/${other.prefix}, or ${net.ip} alone`;
        yield doubtful(at, `${showNet(net)} is in a network of /${other.prefix}`, hint);
      }
    }
  },
};

const labels: Rule = {
  reads: ['hosts', 'vips'],
  *check({ vips }) {
    const names = new Map<string, string>();
    for (const { name, path, yaml, interface: carrier } of vips) {
      const { label } = yaml;
      if (label === undefined) continue;
      const at = [...path, 'label'];
      const other = names.get(label);
      names.set(label, other ?? name);
      if (label.length > 15)
        yield wrong(at, `"${label}" has ${label.length} characters; the kernel takes 15`);
      else if (other !== undefined) yield wrong(at, `"${label}" is the label of the VIP ${other} already`);
      else if (carrier !== undefined && !label.startsWith(`${carrier}:`)) {
        const hint = `write "${carrier}:${label.split(':')[1] ?? '1'}"`;
        yield wrong(at, `a label begins with its interface and a colon: ${carrier}:`, hint);
      }
    }
  },
};

const idle: Rule = {
  reads: ['hosts', 'vips', 'services'],
  *check({ vips, services, hosts }) {
    const routes = new Set(hosts.map(({ yaml }) => parseIp(yaml.default_route ?? '')));
    // A service without its VIP, or two VIPs that are one, are told elsewhere.
    if (services.some(({ vip }) => vip === undefined)) return;
    for (const { path, net } of vips) {
      const used = services.some(({ vip, mark }) =>
        (mark?.vips ?? [vip]).some(each => each?.net.ip === net.ip),
      );
      if (used || routes.has(net.ip)) continue;
      yield {
        ...doubtful(path, 'no service uses this VIP, and no host has it as its default route'),
        at: 'key',
      };
    }
  },
};

const noVips: Rule = {
  reads: ['vips', 'services'],
  *check({ vips, services }) {
    if (vips.length > 0 || services.length === 0) return;
    yield wrongAtKey(
      ['services'],
      'there are services, and no vips',
      'add vips: { NAME: { address: ADDRESS } }',
    );
  },
};

export const vipRules: readonly Rule[] = [same, owned, placed, shape, labels, idle, noVips];
