import { type Command, type Result, script } from '../model/command.ts';
import { Problem } from '../model/problem.ts';

/** A continuous load as one client saw it. */
export interface Load {
  readonly requests: number;
  readonly failed: number;
  /** Requests in a second, as it came out. */
  readonly rate: number;
  /** The longest time in a row without an answer, in seconds; 0 when none failed. */
  readonly gap: number;
  /** Whether the last requests were answered, but for one at most: a lost packet costs a request, as patience is short. */
  readonly recovered: boolean;
}

/** Seconds after which a connection, and a request, is given up: the gap is known to within the first. */
const patience = { connect: 0.2, request: 1 };

/**
 * One curl with many URLs keeps the load cheap on the client; each request has a connection of its own. It needs
 * --rate (curl 7.84 or later).
 */
const text = `curl -sS --http1.1 -H 'Connection: close' --connect-timeout ${patience.connect} --max-time ${patience.request} --rate "$2/s" -o /dev/null \
-w '%{http_code} %{time_total}\\n' "$1?lvsform=[1-$3]" 2>/dev/null
:`;

/** The command that asks `url` `rate` times a second for `seconds`. */
export function load(url: string, rate: number, seconds: number): Command {
  return {
    argv: script('load', text, url, String(rate), String(Math.round(rate * seconds))),
    label: `load of ${rate} requests/s for ${seconds} s`,
  };
}

/** Reads what `load` printed. */
export function parseLoad(result: Result, rate: number): Load {
  const rows = result.stdout
    .split('\n')
    .filter(line => line !== '')
    .map(line => line.split(' '))
    .map(([status = '0', seconds = '0']) => ({ ok: /^[23]/.test(status), seconds: Number(seconds) }));
  if (rows.length === 0) {
    throw new Problem('the load did not run', {
      why: result.stderr.trim() || 'curl printed nothing',
      next: 'it needs curl 7.84 or later on the client',
    });
  }
  const pace = 1 / rate;
  let gap = 0;
  let streak = 0;
  let time = 0;
  for (const { ok, seconds } of rows) {
    const took = Math.max(seconds, pace);
    time += took;
    streak = ok ? 0 : streak + took;
    gap = Math.max(gap, streak);
  }
  const failed = rows.filter(row => !row.ok).length;
  return {
    requests: rows.length,
    failed,
    rate: rows.length / time,
    gap,
    recovered: rows.slice(-10).filter(row => !row.ok).length <= 1,
  };
}
