import type { Draft } from '../draft/draft.ts';
import type { DraftHost } from '../draft/host.ts';
import type { Path } from '../path.ts';
import { didYouMean } from '../suggest.ts';
import { type Rule, wrong, wrongAtKey } from './rule.ts';

type Followed = Pick<
  Draft['instances'][number]['yaml'],
  'track_interface' | 'track_script' | 'track_process'
>;

/** An instance or a sync group: what it follows, and where on which hosts. */
interface Follower {
  readonly path: Path;
  readonly yaml: Followed;
  readonly hosts: readonly DraftHost[];
}

const known: Rule = {
  reads: ['hosts', 'vrrp', 'keepalived'],
  *check(draft) {
    const { track_scripts: scripts = {}, track_processes: processes = {} } = draft.yaml.keepalived ?? {};
    for (const { path, yaml, hosts } of followers(draft)) {
      const named = [
        ['track_script', scripts, 'keepalived.track_scripts'],
        ['track_process', processes, 'keepalived.track_processes'],
      ] as const;
      for (const [key, defined, place] of named) {
        for (const name of Object.keys(yaml[key] ?? {})) {
          if (Object.hasOwn(defined, name)) continue;
          const hint = didYouMean(name, Object.keys(defined)) ?? `define it in ${place}`;
          yield wrongAtKey([...path, key, name], `there is no ${name} in ${place}`, hint);
        }
      }
      for (const name of Object.keys(yaml.track_interface ?? {})) {
        const lacking = hosts.find(host => !host.addresses.some(each => each.interface === name));
        if (lacking === undefined) continue;
        const own = [...new Set(lacking.addresses.map(each => each.interface))];
        yield wrongAtKey(
          [...path, 'track_interface', name],
          `${lacking.name} has no interface ${name}`,
          `it has ${own.join(', ')}`,
        );
      }
    }
  },
};

const ownInterface: Rule = {
  reads: ['hosts', 'vips', 'vrrp'],
  *check({ instances }) {
    for (const { path, yaml, interface: own } of instances) {
      if (own === undefined || !Object.hasOwn(yaml.track_interface ?? {}, own)) continue;
      yield wrongAtKey(
        [...path, 'track_interface', own],
        'an instance follows its own interface without being told',
        'remove it',
      );
    }
  },
};

function followers({ instances, yaml }: Draft): readonly Follower[] {
  const hostsOf = (names: readonly string[]) =>
    instances.filter(({ name }) => names.includes(name)).flatMap(one => one.members.map(({ host }) => host));
  return [
    ...instances.map(each => ({ path: each.path, yaml: each.yaml, hosts: hostsOf([each.name]) })),
    ...Object.entries(yaml.keepalived?.sync_groups ?? {}).map(([name, group]) => ({
      path: ['keepalived', 'sync_groups', name],
      yaml: group,
      hosts: hostsOf(group.instances),
    })),
  ];
}

const groups: Rule = {
  reads: ['hosts', 'vips', 'vrrp', 'keepalived'],
  *check({ instances, yaml }) {
    const seen = new Map<string, string>();
    for (const [name, group] of Object.entries(yaml.keepalived?.sync_groups ?? {})) {
      const path = ['keepalived', 'sync_groups', name];
      for (const [index, each] of group.instances.entries()) {
        const at = [...path, 'instances', index];
        const other = seen.get(each);
        seen.set(each, name);
        const names = instances.map(one => one.name);
        if (!names.includes(each))
          yield wrong(at, `there is no VRRP instance ${each}`, didYouMean(each, names));
        else if (other !== undefined) yield wrong(at, `${each} is in ${other} already`, 'name it in one');
      }
      const own = instances.filter(each => group.instances.includes(each.name));
      const orders = own.map(each => each.members.map(({ host }) => host.name).join(', '));
      if (new Set(orders).size > 1) {
        yield wrongAtKey(
          path,
          `its instances prefer different directors (${[...new Set(orders)].join('; ')}): they would never agree`,
          'give them the same members and the same order of priorities',
        );
      }
      yield* weights(own, group, path);
    }
  },
};

/** keepalived takes no weight from an instance in a group, and nothing that is tracked twice. */
function* weights(own: Draft['instances'], group: Followed, path: Path) {
  for (const instance of own) {
    for (const key of ['track_interface', 'track_script', 'track_process'] as const) {
      for (const [name, { weight }] of Object.entries(instance.yaml[key] ?? {})) {
        const at = [...instance.path, key, name];
        if (Object.hasOwn(group[key] ?? {}, name)) {
          yield wrongAtKey(at, `${path.at(-1)} follows it already`, 'follow it in one of the two');
        } else if (weight !== undefined) {
          yield wrong(
            [...at, 'weight'],
            `in a sync group (${path.at(-1)}) weights do not count`,
            'remove it',
          );
        }
      }
    }
  }
}

export const followingRules: readonly Rule[] = [known, ownInterface, groups];
