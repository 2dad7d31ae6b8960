import { showNetwork } from '../address.ts';
import type { Draft } from '../draft/draft.ts';
import type { DraftInstance } from '../draft/instance.ts';
import { didYouMean } from '../suggest.ts';
import { doubtful, type Rule, wrong, wrongAtKey } from './rule.ts';

const inStatic: Rule = {
  reads: ['hosts', 'director', 'vrrp'],
  *check({ mode, yaml, directors }) {
    if (mode !== 'static' || yaml.vrrp === undefined || directors.length !== 1) return;
    const said = yaml.director?.mode === undefined ? 'one director means mode static' : 'mode is static';
    yield {
      ...doubtful(
        ['vrrp'],
        `${said}: vrrp has no effect`,
        'write director: { mode: keepalived }, or remove it',
      ),
      at: 'key',
    };
  },
};

const names: Rule = {
  reads: ['hosts', 'vips', 'vrrp'],
  *check({ instances, vips, hosts, directors }) {
    const known = directors.map(({ name }) => name);
    for (const { path, yaml } of instances) {
      for (const [index, vip] of (yaml.vips ?? []).entries()) {
        if (vips.some(({ name }) => name === vip)) continue;
        const hint = didYouMean(
          vip,
          vips.map(({ name }) => name),
        );
        yield wrong([...path, 'vips', index], `there is no VIP ${vip}`, hint);
      }
      const members = (yaml.members ?? []).map((name, index) => ({ name, at: [...path, 'members', index] }));
      const weighed = Object.keys(yaml.priorities ?? {}).map(name => ({
        name,
        at: [...path, 'priorities', name],
      }));
      for (const { name, at } of [...members, ...weighed]) {
        if (known.includes(name)) continue;
        if (hosts.some(host => host.name === name)) yield wrongAtKey(at, `${name} is no director`);
        else yield wrongAtKey(at, `there is no host ${name}`, didYouMean(name, known));
      }
    }
  },
};

const oneInstanceEach: Rule = {
  reads: ['hosts', 'director', 'vips', 'vrrp'],
  *check({ mode, instances, vips, directors }) {
    if (mode === 'static' || directors.length === 0) return;
    const known = new Set(vips.map(({ name }) => name));
    const mistyped = instances.some(({ yaml }) => yaml.vips?.some(name => !known.has(name)));
    for (const vip of vips) {
      const carriers = instances.filter(each => each.vips.includes(vip));
      const [first, second] = carriers;
      if (first === undefined) {
        if (mistyped) continue;
        const hint =
          instances.length === 0
            ? `add vrrp: { ${vip.name}: { virtual_router_id: 51 } }`
            : `add ${vip.name} to the vips of one`;
        yield wrongAtKey(vip.path, `no VRRP instance carries this VIP, and mode is ${mode}`, hint);
      } else if (second !== undefined) {
        const message = `the instances ${first.name} and ${second.name} both carry the VIP ${vip.name}`;
        yield wrongAtKey(second.path, message, 'say which VIPs are whose: vips: [NAME] in each');
      }
    }
    for (const { path, vips: own, yaml } of instances) {
      if (own.length === 0 && yaml.vips === undefined) {
        yield wrongAtKey(path, 'this instance carries no VIP', 'name some: vips: [NAME]');
      }
    }
  },
};

const oneMaster: Rule = {
  reads: ['hosts', 'director', 'vrrp'],
  *check({ mode, instances, directors }) {
    if (mode === 'static' || directors.length === 0) return;
    for (const { path, yaml, members } of instances) {
      const [first, second] = members;
      if (first === undefined) yield wrongAtKey(path, 'this instance has no members');
      else if (first.priority === second?.priority) {
        const equal = members
          .filter(({ priority }) => priority === first.priority)
          .map(({ host }) => host.name);
        yield wrongAtKey(
          path,
          `${equal.join(' and ')} have the same highest priority, ${first.priority}: which one is the MASTER?`,
          `give one more, for example hosts.${first.host.name}.priority: ${first.priority < 206 ? first.priority + 50 : 255}`,
        );
      } else if (members.length === 1 && directors.length > 1 && yaml.members?.length === 1) {
        yield doubtful([...path, 'members'], `nobody takes over from ${first.host.name}`);
      }
    }
  },
};

const routerIds: Rule = {
  reads: ['hosts', 'director', 'vips', 'vrrp'],
  *check({ mode, instances }) {
    if (mode === 'static') return;
    const seen = new Map<string, DraftInstance>();
    for (const instance of instances) {
      for (const segment of segmentsOf(instance)) {
        const key = `${segment} ${instance.yaml.virtual_router_id}`;
        const other = seen.get(key);
        seen.set(key, other ?? instance);
        if (other === undefined || other === instance) continue;
        const at = [...instance.path, 'virtual_router_id'];
        const id = instance.yaml.virtual_router_id;
        yield wrong(
          at,
          `${other.name} has ${id} on the same segment (${segment})`,
          'choose another, 1 to 255',
        );
        break;
      }
    }
  },
};

/** The networks in which an instance's members advertise. */
function segmentsOf({ members, interface: name }: DraftInstance): ReadonlySet<string> {
  const own = members.flatMap(({ host }) => host.addresses.filter(each => each.interface === name));
  return new Set(own.map(({ net }) => showNetwork(net)));
}

const interfaces: Rule = {
  reads: ['hosts', 'director', 'vips', 'vrrp'],
  *check({ mode, instances }) {
    if (mode === 'static') return;
    for (const { path, yaml, vips, members, interface: name } of instances) {
      if (name === undefined) {
        const carried = new Set(vips.map(vip => vip.interface));
        // One that is unknown is told at the VIP already.
        if (carried.size < 2 || carried.has(undefined)) continue;
        const hint = `write interface: ${[...carried].join(' or ')}, or make an instance for each`;
        yield wrongAtKey(
          path,
          `its VIPs are on ${[...carried].join(' and ')}: where does it advertise?`,
          hint,
        );
      } else if (yaml.interface !== undefined) {
        const lacking = members.find(({ host }) => !has(host, name));
        if (lacking === undefined) continue;
        const own = [...new Set(lacking.host.addresses.map(each => each.interface))];
        yield wrong(
          [...path, 'interface'],
          `${lacking.host.name} has no interface ${name}`,
          `it has ${own.join(', ')}`,
        );
      }
    }
  },
};

function has(host: Draft['hosts'][number], name: string): boolean {
  return host.addresses.length === 0 || host.addresses.some(each => each.interface === name);
}

export const vrrpRules: readonly Rule[] = [
  inStatic,
  names,
  oneInstanceEach,
  oneMaster,
  routerIds,
  interfaces,
];
