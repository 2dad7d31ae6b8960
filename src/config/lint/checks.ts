import { doubtful, type Rule, wrong } from './rule.ts';

/** HTTP goes over TCP. */
const httpOverUdp: Rule = {
  reads: ['services'],
  *check({ services }) {
    for (const { path, yaml, protocol } of services) {
      if (protocol !== 'udp') continue;
      const hint = 'write type: none';
      if (yaml.check !== undefined && yaml.check.type !== 'none') {
        yield wrong(
          [...path, 'check', 'type'],
          `a service over UDP cannot be checked by ${yaml.check.type}`,
          hint,
        );
      }
      if (yaml.verify?.type === 'http') {
        yield wrong(
          [...path, 'verify', 'type'],
          'a service over UDP cannot be asked by HTTP',
          'write type: connect',
        );
      }
    }
  },
};

/** Only keepalived checks; elsewhere a dead real server goes on getting its share. */
const nobodyChecks: Rule = {
  reads: ['hosts', 'director', 'services'],
  *check({ services, mode, directors }) {
    if (mode === 'keepalived' || directors.length === 0) return;
    for (const { path, yaml } of services) {
      if (yaml.check === undefined || yaml.check.type === 'none') continue;
      const message = `in mode ${mode} nobody checks: a real server that dies keeps its share`;
      yield {
        ...doubtful([...path, 'check'], message, 'write director: { mode: keepalived }, or type: none'),
        at: 'key',
      };
    }
  },
};

const idlePath: Rule = {
  reads: ['services'],
  *check({ services }) {
    for (const { path, yaml } of services) {
      if (yaml.verify?.type !== 'connect' || yaml.verify.path === undefined) continue;
      yield doubtful(
        [...path, 'verify', 'path'],
        'connect asks for no path',
        'write type: http, or remove it',
      );
    }
  },
};

export const checkRules: readonly Rule[] = [httpOverUdp, nobodyChecks, idlePath];
