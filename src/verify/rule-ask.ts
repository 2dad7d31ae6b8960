import { type Command, type Result, script } from '../model/command.ts';
import { endpoint } from '../model/network.ts';
import { Problem } from '../model/problem.ts';
import type { Sample } from './rule-questions.ts';
import type { Target } from './target.ts';

/** One answer as the client saw it; `status` 0: there was none, and `error` says why. */
export interface Answer {
  readonly sample: Sample;
  readonly status: number;
  readonly page: string;
  readonly error: string;
}

/**
 * Each request has a connection of its own, so that IPVS gives them to all proxies. --connect-to goes to the VIP, whatever
 * the name in the URL; --path-as-is, for a rule is about the path as it is written. A line a request: base64 of curl's
 * outputs, so that no page can be mistaken for a frame.
 */
const text = `command -v curl >/dev/null || { echo "curl is not installed" >&2; exit 127; }
url=$1 place=$2 count=$3 i=0
while [ "$i" -lt "$count" ]; do
  i=$((i + 1))
  { curl -sS --noproxy '*' --path-as-is --connect-timeout 3 --max-time 10 --connect-to "::$place" \
    -w '\\n%{http_code} ' -- "$url" 2>&1; printf %s "$?"; } | tail -c 8192 | base64 | tr -d '\\n'
  echo
done`;

/** The command that makes a client send a sample's request, some times. */
export function askRule({ address, port }: Target, { host, path }: Sample, requests: number): Command {
  const place = endpoint(address, port);
  const url = `http://${host === undefined ? place : `${host}:${port}`}${path}`;
  return { argv: script('ask-rule', text, url, place, String(requests)), label: `ask ${url} at ${place}` };
}

/** Reads what `askRule` printed; fewer lines than requests is an error, never a success. */
export function answers(result: Result, sample: Sample, requests: number): readonly Answer[] {
  if (result.code !== 0) {
    throw new Problem('the client could not ask', {
      why: result.stderr.trim() || `exit code ${result.code}`,
      next: 'the client role installs curl: run up for this client',
    });
  }
  const lines = result.stdout.split('\n').filter(line => line !== '');
  if (lines.length !== requests)
    throw new Problem(`the client answered ${lines.length} of ${requests} requests`);
  return lines.map(line => {
    const output = Buffer.from(line, 'base64').toString('utf8');
    const cut = output.lastIndexOf('\n');
    const [status = '0', code = '1'] = output.slice(cut + 1).split(' ');
    const body = output.slice(0, Math.max(0, cut));
    return code === '0'
      ? { sample, status: Number(status), page: body, error: '' }
      : { sample, status: 0, page: '', error: body.trim().split('\n').at(-1) || `curl's code ${code}` };
  });
}
