import { contains } from '../../model/network.ts';
import { parseIp, showNetwork } from '../address.ts';
import { labName } from '../schema/lab.ts';
import { groups } from '../select-hosts.ts';
import { doubtful, type Rule, wrong, wrongAtKey } from './rule.ts';

/** Roles that lvsform cannot give to a host without knowing its addresses. */
const addressed = ['director', 'real_server', 'proxy', 'gateway'] as const;

const interfacesMissing: Rule = {
  reads: ['hosts', 'lab'],
  *check({ hosts, yaml }) {
    for (const { path, roles, addresses } of hosts) {
      if (addresses.length > 0) continue;
      const hint = 'add interfaces: { eth0: ADDRESS/PREFIX }';
      const role = addressed.find(each => roles.has(each));
      if (role !== undefined) yield wrongAtKey(path, `a ${role} needs interfaces`, hint);
      else if (yaml.lab !== undefined) yield wrongAtKey(path, 'a host of the lab needs interfaces', hint);
    }
  },
};

/** A group of the playbooks and a host of the same name are told apart only where they mean the same. */
const groupNames: Rule = {
  reads: ['hosts'],
  *check({ hosts }) {
    for (const { name, path, roles } of hosts) {
      if (!(groups as readonly string[]).includes(name)) continue;
      const same = hosts.filter(host => (host.roles as ReadonlySet<string>).has(name)).length === 1;
      if (same && (roles as ReadonlySet<string>).has(name)) continue;
      yield wrongAtKey(path, 'playbooks mean a group of hosts by this name', 'name the host otherwise');
    }
  },
};

const defaultRoutes: Rule = {
  reads: ['hosts'],
  *check({ hosts }) {
    for (const { path, yaml, addresses } of hosts) {
      const route = yaml.default_route === undefined ? undefined : parseIp(yaml.default_route);
      if (route === undefined) continue;
      const at = [...path, 'default_route'];
      if (addresses.some(({ net }) => net.ip === route)) {
        yield wrong(at, `${route} is an address of the host itself`, 'write the next hop');
      } else if (!addresses.some(({ net }) => contains(net, route))) {
        const nets = addresses.map(({ net }) => showNetwork(net)).join(', ');
        yield wrong(
          at,
          `${route} is in no subnet of the host`,
          nets === '' ? undefined : `its subnets: ${nets}`,
        );
      }
    }
  },
};

const idlePriority: Rule = {
  reads: ['hosts'],
  *check({ hosts }) {
    for (const { path, yaml, roles } of hosts) {
      if (yaml.priority === undefined || roles.has('director')) continue;
      yield doubtful([...path, 'priority'], 'only directors have a priority', 'remove it');
    }
  },
};

const labNames: Rule = {
  reads: ['lab', 'name'],
  *check({ yaml }) {
    if (yaml.lab === undefined || yaml.lab?.name !== undefined) return;
    if (new RegExp(labName.pattern, 'u').test(yaml.name)) return;
    const hint = `add name: ${yaml.name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .slice(0, 12)
      .replace(/-$/, '')}`;
    yield wrongAtKey(
      ['lab'],
      `"${yaml.name}" cannot be the lab's name, which ${labName.patternErrorMessage}`,
      hint,
    );
  },
};

export const hostRules: readonly Rule[] = [
  interfacesMissing,
  groupNames,
  defaultRoutes,
  idlePriority,
  labNames,
];
