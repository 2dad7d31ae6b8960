import { endpoint } from '../../model/network.ts';
import type { DraftService } from '../draft/service.ts';
import { didYouMean } from '../suggest.ts';
import { doubtful, type Rule, wrong } from './rule.ts';

/** Keys that only keepalived acts on, by what it learns from checks. */
const keys = [
  'sorry_server',
  'quorum',
  'hysteresis',
  'quorum_up',
  'quorum_down',
  'alpha',
  'omega',
  'inhibit_on_failure',
] as const;

const nobodyActs: Rule = {
  reads: ['hosts', 'director', 'services'],
  *check({ services, mode, directors }) {
    if (directors.length === 0) return;
    for (const service of services) {
      const why =
        mode !== 'keepalived'
          ? [`in mode ${mode} nobody acts on it`, 'write director: { mode: keepalived }, or remove it']
          : isChecked(service)
            ? undefined
            : ['no real server is checked, so none ever fails', 'write check, or remove it'];
      if (why === undefined) continue;
      const [message = '', hint] = why;
      for (const key of keys) {
        if (key in service.yaml) yield { ...doubtful([...service.path, key], message, hint), at: 'key' };
      }
    }
  },
};

/** Whether a check is made of any of its real servers. */
function isChecked({ yaml, protocol, servers }: DraftService): boolean {
  const own = yaml.check ?? { type: protocol === 'tcp' ? 'tcp' : 'none' };
  return servers.some(server => [server.yaml.check ?? own].flat().some(({ type }) => type !== 'none'));
}

/** A quorum that can be neither reached nor lost. */
const quorum: Rule = {
  reads: ['services'],
  *check({ services }) {
    for (const { path, yaml, servers } of services) {
      const { quorum: needed = 1, hysteresis = 0 } = yaml;
      const sum = servers.reduce((all, { weight }) => all + weight, 0);
      if (yaml.quorum !== undefined && needed > sum) {
        const message = `the real servers weigh ${sum} together, so a quorum of ${needed} is never reached`;
        yield wrong([...path, 'quorum'], message, `write at most ${sum}`);
      } else if (yaml.quorum !== undefined && needed + hysteresis > sum) {
        const message = `the quorum is reached at ${needed} + ${hysteresis}, and the real servers weigh ${sum} together`;
        yield wrong(
          [...path, 'hysteresis'],
          message,
          sum === needed ? 'remove it' : `write at most ${sum - needed}`,
        );
      }
      if (hysteresis > 0 && hysteresis >= needed) {
        const message = `the quorum is lost below ${needed} - ${hysteresis}: never`;
        yield wrong([...path, 'hysteresis'], message, 'write less than quorum');
      }
    }
  },
};

const sorry: Rule = {
  reads: ['hosts', 'vips', 'services'],
  *check({ services, hosts }) {
    const known = hosts.filter(({ roles }) => roles.has('real_server')).map(({ name }) => name);
    for (const { path, yaml, sorry: server, servers, method, port, vip } of services) {
      const at = [...path, 'sorry_server'];
      if (yaml.sorry_server_inhibit && server === undefined) {
        yield wrong([...path, 'sorry_server_inhibit'], 'there is no sorry server', 'write sorry_server');
      }
      if (server === undefined) continue;
      const { name, host, ip, choices } = server;
      if (name !== undefined && host === undefined) {
        yield wrong(at, `there is no host ${name}`, didYouMean(name, known));
      } else if (host !== undefined && !host.roles.has('real_server')) {
        const roles = [...host.roles, 'real_server'].join(', ');
        yield wrong(at, `${name} does not have the role real_server`, `write roles: [${roles}] at the host`);
      } else if (ip === undefined && choices.length > 1) {
        yield wrong(at, `${name} has several addresses that fit`, `write ${choices.join(' or ')}`);
      } else if (ip === undefined) {
        yield wrong(at, `${name} has no address`);
      } else if (servers.some(each => each.rip === ip && each.port === server.port)) {
        const message = `${endpoint(ip, server.port)} is one of the real servers, and gone with them`;
        yield wrong(at, message, 'write another host or port');
      } else if (vip !== undefined && method !== 'TUN' && ip.includes(':') !== (vip.net.family === 6)) {
        yield wrong(at, `${ip} and the VIP ${vip.net.ip} are of two families`);
      }
      if ((method === 'DR' || method === 'TUN') && server.port !== port) {
        yield wrong(at, `${method} cannot change the port: ${server.port} is not ${port}`, 'write no port');
      }
    }
  },
};

export const availabilityRules: readonly Rule[] = [nobodyActs, quorum, sorry];
