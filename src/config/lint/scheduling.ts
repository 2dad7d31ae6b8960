import type { DraftService } from '../draft/service.ts';
import { doubtful, type Rule, wrong } from './rule.ts';

const overUdp: Rule = {
  reads: ['services'],
  *check({ services }) {
    for (const { path, yaml, protocol } of services) {
      if (protocol === 'udp') continue;
      if (yaml.one_packet === true) {
        const message = `one-packet scheduling is for UDP; this service is ${protocol.toUpperCase()}`;
        yield wrong([...path, 'one_packet'], message, 'remove it, or write protocol: udp');
      }
      if (typeof yaml.persistence === 'object' && yaml.persistence.engine === 'sip') {
        const message = `the engine sip reads SIP over UDP; this service is ${protocol.toUpperCase()}`;
        yield wrong([...path, 'persistence', 'engine'], message, 'remove it, or write protocol: udp');
      }
    }
  },
};

const prefix: Rule = {
  reads: ['hosts', 'vips', 'services'],
  *check({ services }) {
    for (const { path, yaml, vip } of services) {
      const length = typeof yaml.persistence === 'object' ? (yaml.persistence.prefix ?? 0) : 0;
      if (vip?.net.family !== 4 || length <= 32) continue;
      const message = `an IPv4 address has 32 bits, so no prefix of ${length}`;
      yield wrong(
        [...path, 'persistence', 'prefix'],
        message,
        'write 32 or less, or make IPv6 a service of its own',
      );
    }
  },
};

/** Which flags mean something to which scheduler: ip_vs_sh.c and ip_vs_mh.c; no other one asks for them. */
const flags: Rule = {
  reads: ['services'],
  *check({ services }) {
    for (const { path, yaml, scheduler } of services) {
      for (const [index, flag] of (yaml.scheduler_flags ?? []).entries()) {
        const at = [...path, 'scheduler_flags', index];
        const named = /^(sh|mh)-/.exec(flag)?.[1];
        if (named !== undefined && named !== scheduler) {
          yield wrong(
            at,
            `${flag} is for the scheduler ${named}; this one is ${scheduler}`,
            `write scheduler: ${named}`,
          );
        } else if (flag === 'flag-3' || (named === undefined && !hashing.has(scheduler))) {
          yield doubtful(at, `${flag} means nothing to the scheduler ${scheduler}`, 'remove it');
        }
      }
    }
  },
};

const hashing: ReadonlySet<string> = new Set(['sh', 'mh']);

const thresholds: Rule = {
  reads: ['services'],
  *check({ services }) {
    for (const { servers } of services) {
      for (const { path, yaml } of servers) {
        const { upper_threshold: upper = 0, lower_threshold: lower = 0 } = yaml;
        if (lower <= upper) continue;
        const message =
          upper === 0
            ? 'without an upper threshold there is nothing to come down from'
            : `${lower} is above the upper threshold, ${upper}`;
        yield wrong(
          [...path, 'lower_threshold'],
          message,
          'the kernel refuses it: write less, or a higher upper_threshold',
        );
      }
    }
  },
};

/** A hash that leads to a server which takes nothing new leads nowhere (ip_vs_sh.c, ip_vs_mh.c, ip_vs_dh.c). */
const refusedByHash: Rule = {
  reads: ['services'],
  *check({ services }) {
    for (const service of services) {
      const { path, scheduler } = service;
      const fallback = `${scheduler}-fallback`;
      if (!/^(sh|mh|dh)$/.test(scheduler) || hasFallback(service, fallback)) continue;
      const full = service.servers.find(
        ({ yaml, weight }) => (yaml.upper_threshold ?? 0) > 0 || (weight === 0 && scheduler !== 'mh'),
      );
      if (full === undefined || service.servers.every(({ weight }) => weight === 0)) continue;
      const why = full.weight === 0 ? 'has weight 0' : 'may be full';
      const message = `${scheduler} refuses clients that it gives to ${full.name}, which ${why}`;
      const hint = scheduler === 'dh' ? 'take another scheduler' : `add scheduler_flags: [${fallback}]`;
      yield doubtful([...path, 'scheduler'], message, hint);
    }
  },
};

function hasFallback({ yaml }: DraftService, name: string): boolean {
  return (yaml.scheduler_flags ?? []).some(flag => flag === name || flag === 'flag-1');
}

/** One-packet scheduling keeps no connection that could be counted. */
const uncounted: Rule = {
  reads: ['services'],
  *check({ services }) {
    for (const { path, yaml, scheduler } of services) {
      if (yaml.one_packet !== true || !/^(lc|wlc|sed|nq|ovf|lblc|lblcr)$/.test(scheduler)) continue;
      const message = `${scheduler} goes by connections, and one-packet scheduling keeps none`;
      yield doubtful([...path, 'scheduler'], message, 'write rr or wrr');
    }
  },
};

/** IPIP carries IPv4; a tunnel of IPv6 is another device, which nobody here sets up. */
const tunnelFamily: Rule = {
  reads: ['hosts', 'vips', 'services'],
  *check({ services }) {
    for (const { path, method, vip } of services) {
      if (method !== 'TUN' || vip?.net.family !== 6) continue;
      yield wrong(
        [...path, 'vip'],
        `the tunnels carry IPv4, and ${vip.net.ip} is IPv6`,
        'write method: DR for IPv6',
      );
    }
  },
};

export const schedulingRules: readonly Rule[] = [
  overUdp,
  prefix,
  flags,
  thresholds,
  refusedByHash,
  uncounted,
  tunnelFamily,
];
