import { type Command, type Result, script } from '../model/command.ts';
import { endpoint } from '../model/network.ts';
import { Problem } from '../model/problem.ts';
import type { Target } from './target.ts';

/** One request as the client saw it. `page` is the beginning of the body; connections alone have none. */
export interface Reply {
  readonly ok: boolean;
  /** HTTP status, 0 where there was none. */
  readonly status: number;
  readonly seconds: number;
  readonly page: string;
  /** What curl complained of. */
  readonly error: string;
}

/**
 * Runs curl N times, each with a connection of its own: IPVS schedules connections, not requests. A line a request:
 * base64 of curl's outputs, so that no page can be mistaken for a frame.
 */
const text = `command -v curl >/dev/null || { echo "curl is not installed" >&2; exit 127; }
url=$1 count=$2 i=0
while [ "$i" -lt "$count" ]; do
  i=$((i + 1))
  { curl -sS --connect-timeout 3 --max-time 10 -w '\\n%{http_code} %{time_connect} %{time_total} ' -- "$url" 2>&1; printf %s "$?"; } | tail -c 8192 | base64 | tr -d '\\n'
  echo
done`;

/** The command that makes a client ask a target. A service without a page is only connected to. */
export function ask(target: Target, type: 'http' | 'connect', path: string, requests: number): Command {
  const place = endpoint(target.address, target.port);
  const url = type === 'http' ? `http://${place}${path}` : `telnet://${place}`;
  return {
    argv: type === 'http' ? script('ask-http', text, url, String(requests)) : connect(url, requests),
    label: `ask ${url}`,
  };
}

/** telnet:// of curl connects and waits; a short limit ends it, and time_connect tells that it was connected. */
function connect(url: string, requests: number) {
  return script('ask-connect', text.replace('--max-time 10', '--max-time 1'), url, String(requests));
}

/** Reads what `ask` printed; fewer lines than requests is an error, never a success. */
export function replies(result: Result, type: 'http' | 'connect', requests: number): readonly Reply[] {
  if (result.code !== 0) {
    throw new Problem('the client could not ask', {
      why: result.stderr.trim() || `exit code ${result.code}`,
      next: 'the client role installs curl: run up for this client',
    });
  }
  const lines = result.stdout.split('\n').filter(line => line !== '');
  if (lines.length !== requests)
    throw new Problem(`the client answered ${lines.length} of ${requests} requests`);
  return lines.map(line => parse(Buffer.from(line, 'base64').toString('utf8'), type));
}

function parse(output: string, type: 'http' | 'connect'): Reply {
  const cut = output.lastIndexOf('\n');
  const [status = '0', connected = '0', total = '0', code = '1'] = output.slice(cut + 1).split(' ');
  const ok =
    type === 'http' ? code === '0' && Number(status) >= 200 && Number(status) < 400 : Number(connected) > 0;
  const body = output.slice(0, Math.max(0, cut));
  return {
    ok,
    status: Number(status),
    seconds: Number(total),
    page: code === '0' ? body : '',
    error: ok ? '' : body.trim().split('\n').at(-1) || `HTTP status ${status}`,
  };
}
