import { type Command, type Result, script } from '../model/command.ts';
import { Problem } from '../model/problem.ts';

/** Requests that HAProxy has given to each server, by pool, and the servers that it takes for dead. */
export interface PoolCounters {
  readonly requests: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly down: readonly { readonly pool: string; readonly host: string }[];
}

/** HAProxy's management guide, 9.3, `show stat`: CSV, its columns named in the first line. */
export function readPoolCounters(socket: string): Command {
  return {
    argv: script('pool-counters', 'echo "show stat" | socat -t 5 - "UNIX-CONNECT:$1"', socket),
    label: "read HAProxy's counters",
  };
}

/** Reads `show stat`. */
export function parsePoolCounters(result: Result): PoolCounters {
  const [head = '', ...rows] = result.stdout.split('\n').filter(line => line !== '');
  const columns = head.replace(/^# */, '').split(',');
  const [pool, server, total, status] = ['pxname', 'svname', 'stot', 'status'].map(name =>
    columns.indexOf(name),
  );
  if (result.code !== 0 || pool !== 0 || server !== 1 || total === undefined || status === undefined) {
    throw new Problem("HAProxy's counters could not be read", {
      why: result.stderr.trim() || head || 'it said nothing',
      next: 'does it run? systemctl status haproxy',
    });
  }
  const requests = new Map<string, Map<string, number>>();
  const down: { pool: string; host: string }[] = [];
  for (const row of rows) {
    const fields = row.split(',');
    const [name = '', host = ''] = fields;
    if (host === 'FRONTEND' || host === 'BACKEND') continue;
    const servers = requests.get(name) ?? new Map<string, number>();
    requests.set(name, servers.set(host, Number(fields[total])));
    if (fields[status]?.startsWith('DOWN')) down.push({ pool: name, host });
  }
  return { requests, down };
}

/** Requests given to servers between two readings, over all proxies; after a reload a proxy counts from zero. */
export function poolGrowth(
  before: readonly PoolCounters[],
  after: readonly PoolCounters[],
): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const grown = new Map<string, Map<string, number>>();
  after.forEach(({ requests }, index) => {
    for (const [pool, servers] of requests) {
      const sums = grown.get(pool) ?? new Map<string, number>();
      grown.set(pool, sums);
      for (const [host, now] of servers) {
        const then = before[index]?.requests.get(pool)?.get(host) ?? 0;
        sums.set(host, (sums.get(host) ?? 0) + (now >= then ? now - then : now));
      }
    }
  });
  return grown;
}
