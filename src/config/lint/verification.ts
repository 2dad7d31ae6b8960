import { usualQuestion } from '../defaults.ts';
import { doubtful, type Rule, wrong } from './rule.ts';

/** Keys that mean something to some ways of asking alone. */
const keysOf: Readonly<Record<string, readonly string[]>> = {
  http: ['path', 'host', 'expect'],
  https: ['path', 'host', 'certificate', 'expect'],
  connect: ['send', 'expect'],
  memcached: ['expect'],
  redis: ['expect'],
  postgresql: ['expect'],
  dns: ['name', 'expect'],
  command: ['run', 'packages', 'expect'],
  none: [],
};
const everywhere = ['type', 'requests', 'hold'];

/** What goes over TCP alone is not asked over anything else. */
const protocols: Rule = {
  reads: ['services'],
  *check({ services }) {
    for (const { path, yaml, protocol } of services) {
      const type = yaml.verify?.type;
      if (type === undefined || protocol === 'tcp' || type === 'command' || type === 'none') continue;
      if (type === 'dns' && protocol === 'udp') continue;
      yield wrong(
        [...path, 'verify', 'type'],
        `a service over ${protocol.toUpperCase()} cannot be asked by ${type === 'http' ? 'HTTP' : type}`,
        'write type: command, with a program that asks it, or type: none',
      );
    }
  },
};

/** A command without a program, and keys that this way of asking does not look at. */
const keys: Rule = {
  reads: ['services'],
  *check({ services }) {
    for (const { path, yaml, protocol, port } of services) {
      if (yaml.verify === undefined) continue;
      const type = yaml.verify.type ?? usualQuestion(protocol, port);
      const at = [...path, 'verify'];
      if (type === 'command' && yaml.verify.run === undefined) {
        yield wrong([...at, 'type'], 'command needs a program', 'write run: [program, arguments ...]');
      }
      if (yaml.verify.certificate === 'check' && type === 'https' && yaml.verify.host === undefined) {
        yield wrong([...at, 'certificate'], 'a certificate is checked against a name', 'write host: NAME');
      }
      for (const key of Object.keys(yaml.verify)) {
        if (everywhere.includes(key) || keysOf[type]?.includes(key)) continue;
        const other = Object.entries(keysOf).find(([, known]) => known.includes(key))?.[0];
        yield doubtful([...at, key], `${type} looks at no ${key}`, `write type: ${other}, or remove it`);
      }
    }
  },
};

export const verifyRules: readonly Rule[] = [protocols, keys];
