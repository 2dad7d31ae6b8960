import type { Protocol } from '../../model/cluster.ts';
import type { DraftService } from '../draft/service.ts';
import type { HealthCheck } from '../inventory-yaml.ts';
import type { Path } from '../path.ts';
import { doubtful, type Rule, wrong } from './rule.ts';
import { notAbsolute } from './scripts.ts';

/** A check as written, with its place: the service's, and those of its real servers. */
export interface WrittenCheck {
  readonly path: Path;
  readonly yaml: HealthCheck;
}

/** All checks of a service that are written down. */
export function writtenChecks({ path, yaml, servers }: DraftService): readonly WrittenCheck[] {
  return [{ path, yaml }, ...servers].flatMap(({ path: at, yaml: { check } }) => {
    if (Array.isArray(check))
      return check.map((each, index) => ({ path: [...at, 'check', index], yaml: each }));
    return check === undefined ? [] : [{ path: [...at, 'check'], yaml: check }];
  });
}

type CheckType = HealthCheck['type'];

/** The transport protocol that a check speaks. */
const speaks: Partial<Record<CheckType, Protocol>> = {
  tcp: 'tcp',
  http: 'tcp',
  https: 'tcp',
  smtp: 'tcp',
  udp: 'udp',
};

/** A check of another protocol than the service's finds nobody, unless it asks another port or address. */
const otherProtocol: Rule = {
  reads: ['services'],
  *check({ services }) {
    for (const service of services) {
      const { protocol } = service;
      for (const { path, yaml: check } of writtenChecks(service)) {
        const spoken = speaks[check.type];
        if (spoken === undefined || spoken === protocol || 'connect_port' in check) continue;
        yield wrong(
          [...path, 'type'],
          `a service over ${protocol.toUpperCase()} cannot be checked by ${check.type}`,
          protocol === 'udp'
            ? 'write type: udp, dns, ping or script; or connect_port, where it answers on another port'
            : 'write another type; or connect_port, where it answers on another port',
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
    for (const service of services) {
      for (const { path, yaml } of writtenChecks(service)) {
        if (yaml.type === 'none') continue;
        const message = `in mode ${mode} nobody checks: a real server that dies keeps its share`;
        const hint = 'write director: { mode: keepalived }, or type: none';
        yield { ...doubtful(path, message, hint), at: typeof path.at(-1) === 'number' ? 'value' : 'key' };
      }
    }
  },
};

const noneAmongOthers: Rule = {
  reads: ['services'],
  *check({ services }) {
    for (const service of services) {
      for (const { path, yaml } of writtenChecks(service)) {
        if (yaml.type !== 'none' || typeof path.at(-1) !== 'number') continue;
        yield wrong(
          [...path, 'type'],
          'none is no check beside others',
          'write check: { type: none } alone, or leave it out',
        );
      }
    }
  },
};

/** What keys of one check say about each other. */
const contradictions: Rule = {
  reads: ['services'],
  *check({ services }) {
    for (const service of services) {
      for (const { path, yaml } of writtenChecks(service)) {
        if (yaml.type === 'http' || yaml.type === 'https') yield* httpFaults(path, yaml);
        if (yaml.type === 'udp') yield* udpFaults(path, yaml);
        if (yaml.type === 'script') {
          yield* notAbsolute([...path, 'run'], yaml.run);
          if (yaml.group !== undefined && yaml.user === undefined) {
            yield wrong([...path, 'group'], 'a group without a user', 'write user, too');
          }
        }
      }
    }
  },
};

const ofOneUrl = ['path', 'status', 'digest', 'regex', 'regex_absent', 'virtual_host'] as const;

function* httpFaults(path: Path, yaml: Extract<HealthCheck, { type: 'http' | 'https' }>) {
  if (yaml.urls !== undefined) {
    for (const key of ofOneUrl) {
      if (key in yaml) yield wrong([...path, key], `${key} belongs to one of the urls`, 'write it there');
    }
  }
  const urls = yaml.urls?.map((url, index) => [[...path, 'urls', index], url] as const) ?? [
    [path, yaml] as const,
  ];
  for (const [at, { status = [], regex, regex_absent, virtual_host }] of urls) {
    for (const range of [status].flat()) {
      const [first, last] = String(range).split('-').map(Number);
      if (first === undefined || last === undefined || first <= last) continue;
      yield wrong(
        [...at, 'status'],
        `${range} is no range: ${first} is above ${last}`,
        `write ${last}-${first}`,
      );
    }
    if (regex?.startsWith('^') && !regex.startsWith('^HTTP')) {
      const message = `^ is where the answer's status line begins, so ${regex} does not match its body`;
      yield doubtful([...at, 'regex'], message, `write ${regex.slice(1)}`);
    }
    if (regex !== undefined && !isRegex(regex)) {
      yield wrong([...at, 'regex'], `${regex} is no regular expression`);
    }
    if (regex_absent && regex === undefined) {
      yield wrong(
        [...at, 'regex_absent'],
        'there is no regex that must not match',
        'write regex, or remove it',
      );
    }
    if (yaml.type === 'https' && yaml.sni && virtual_host === undefined) {
      yield wrong([...path, 'sni'], 'there is no name to say in the TLS handshake', 'write virtual_host');
    }
  }
}

function* udpFaults(path: Path, yaml: Extract<HealthCheck, { type: 'udp' }>) {
  const { min_reply_length: min, max_reply_length: max, reply = false } = yaml;
  for (const key of ['min_reply_length', 'max_reply_length'] as const) {
    if (reply === false && key in yaml) {
      yield wrong([...path, key], 'no answer is asked for that could have a length', 'write reply: true');
    }
  }
  if (min !== undefined && min > (max ?? 255)) {
    yield wrong(
      [...path, 'min_reply_length'],
      `at least ${min} bytes, and at most ${max ?? 255}`,
      'write max_reply_length',
    );
  }
}

/** JavaScript knows what it shares with PCRE; of what PCRE alone has (`(?i)`) it is no judge. */
function isRegex(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return /\(\?[^:=!<]/.test(text);
  }
}

/** A session has one set of timers, whoever looks at it. */
const sessions: Rule = {
  reads: ['hosts', 'vips', 'services'],
  *check({ services }) {
    const seen = new Map<string, { readonly settings: string; readonly name: string }>();
    for (const service of services) {
      for (const { rip, yaml: server } of service.servers) {
        for (const yaml of [server.check ?? service.yaml.check ?? []].flat()) {
          if (yaml.type !== 'bfd') continue;
          const { type: _, neighbor = rip ?? '', ...timers } = yaml;
          const settings = JSON.stringify(Object.entries(timers).sort());
          const other = seen.get(neighbor);
          if (other !== undefined && other.settings !== settings) {
            const message = `${other.name} has a BFD session with ${neighbor}, and other settings for it`;
            yield wrong([...service.path, 'check'], message, 'write the same in both');
          }
          seen.set(neighbor, { settings, name: service.name });
        }
      }
    }
  },
};

/** Keepalived asks from an address that the packet's family must have. */
const families: Rule = {
  reads: ['hosts', 'vips', 'services'],
  *check({ services }) {
    for (const service of services) {
      const rip = service.servers[0]?.rip;
      for (const { path, yaml } of writtenChecks(service)) {
        const { connect_ip: to = rip, bindto: from } = yaml as { connect_ip?: string; bindto?: string };
        if (to === undefined || from === undefined || to.includes(':') === from.includes(':')) continue;
        yield wrong([...path, 'bindto'], `${from} cannot ask ${to}: one is IPv4, the other IPv6`);
      }
    }
  },
};

export const checkRules: readonly Rule[] = [
  otherProtocol,
  nobodyChecks,
  noneAmongOthers,
  contradictions,
  sessions,
  families,
];
