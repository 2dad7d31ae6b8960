import { isMulticast } from '../address.ts';
import { didYouMean } from '../suggest.ts';
import { doubtful, type Rule, wrong, wrongAtKey } from './rule.ts';

const path = ['director', 'sync_daemon'];

const bound: Rule = {
  reads: ['hosts', 'director', 'vips', 'vrrp'],
  *check({ mode, instances, syncDaemon }) {
    if (syncDaemon === undefined) return;
    const { yaml, instance } = syncDaemon;
    const names = instances.map(({ name }) => name);
    if (mode === 'static') {
      yield wrongAtKey(
        path,
        'mode is static: there is one director, and nobody to copy its connections to',
        'remove it, or add a director',
      );
      return;
    }
    if (yaml.instance !== undefined && instance === undefined) {
      yield wrong(
        [...path, 'instance'],
        `there is no VRRP instance ${yaml.instance}`,
        didYouMean(yaml.instance, names),
      );
    } else if (instance === undefined) {
      const choice = names.length === 0 ? '' : `, ${names.join(' or ')}`;
      const hint = names.length === 0 ? 'add a VRRP instance' : `write instance: ${names[0]}`;
      yield wrongAtKey(path, `whose MASTER sends${choice}?`, hint);
    } else if (instance.members.length < 2) {
      yield doubtful(path, `${instance.name} has one member: nobody receives the copies`);
    }
  },
};

const interfaces: Rule = {
  reads: ['hosts', 'director', 'vips', 'vrrp'],
  *check({ syncDaemon }) {
    if (syncDaemon?.instance === undefined) return;
    const { interface: name, yaml, instance } = syncDaemon;
    const hosts = instance.members.map(({ host }) => host);
    if (name === undefined) {
      yield wrongAtKey(path, 'by which interface are copies sent?', 'write interface: NAME');
      return;
    }
    const lacking = hosts.find(
      host => host.addresses.length > 0 && !host.addresses.some(each => each.interface === name),
    );
    if (lacking === undefined || yaml.interface === undefined) return;
    const own = [...new Set(lacking.addresses.map(each => each.interface))];
    yield wrong(
      [...path, 'interface'],
      `${lacking.name} has no interface ${name}`,
      `it has ${own.join(', ')}`,
    );
  },
};

const group: Rule = {
  reads: ['director'],
  *check({ syncDaemon }) {
    const address = syncDaemon?.yaml.group;
    if (address === undefined || isMulticast(address)) return;
    yield wrong([...path, 'group'], `${address} is no multicast address`, 'write one such as 224.0.0.81');
  },
};

/** Whoever receives balances nothing then, not even a VIP of another instance whose MASTER it is. */
const backupOnly: Rule = {
  reads: ['hosts', 'director', 'vips', 'vrrp'],
  *check({ syncDaemon, instances }) {
    const followed = syncDaemon?.instance;
    if (followed === undefined || syncDaemon?.yaml.backup_only !== true) return;
    const [sender] = followed.members;
    for (const { name, members } of instances) {
      const [master] = members;
      if (master === undefined || sender === undefined || master.host.name === sender.host.name) continue;
      yield wrong(
        [...path, 'backup_only'],
        `${master.host.name} is BACKUP of ${followed.name} and MASTER of ${name}: it would not balance the VIPs that it carries`,
        'remove it, or let one director be the MASTER of both',
      );
    }
  },
};

export const syncDaemonRules: readonly Rule[] = [bound, interfaces, group, backupOnly];
