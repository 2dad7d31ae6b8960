import type { Protocol, VirtualService } from '../model/cluster.ts';
import { type Argv, type Command, type Result, script } from '../model/command.ts';
import { endpoint } from '../model/network.ts';
import { Problem } from '../model/problem.ts';
import type { VerifySettings } from '../model/verification.ts';
import { dialogue } from './dialogue.ts';
import type { Target } from './target.ts';

/** One request as the client saw it. */
export interface Reply {
  readonly ok: boolean;
  /** The end of what came, where it was an answer. */
  readonly page: string;
  /** What is wrong with it, or what the program complained of. */
  readonly error: string;
}

/**
 * Runs a program N times, each with a connection of its own: IPVS schedules connections, not requests. A line a request:
 * base64 of what it printed, so that nothing can be mistaken for a frame, and its exit code. Who is not answered
 * three times in a row asks no more.
 */
const text = `command -v "$2" >/dev/null || { echo "$2 is not installed" >&2; exit 127; }
count=$1 i=0 failed=0
shift
exec 4>&1
while [ "$i" -lt "$count" ] && [ "$failed" -lt 3 ]; do
  i=$((i + 1))
  code=$({ { "$@" 2>&1 3>&- 4>&-; echo "$?" >&3; } </dev/null | tail -c 8192 | base64 | tr -d '\\n' >&4; } 3>&1)
  echo " $code"
  if [ "$code" = 0 ]; then failed=0; else failed=$((failed + 1)); fi
done`;

/** The command that makes a client ask a target; undefined for a service that is not to be asked. */
export function ask(
  { verify, protocol }: VirtualService,
  target: Target,
  requests: number,
): Command | undefined {
  const argv = programOf(verify, protocol, target);
  if (argv === undefined) return undefined;
  return {
    argv: script('ask', text, String(requests), ...argv),
    label: `ask ${endpoint(target.address, target.port)} by ${argv[0]}`,
  };
}

function programOf(settings: VerifySettings, protocol: Protocol, target: Target): Argv | undefined {
  const { address, port } = target;
  switch (settings.type) {
    case 'none':
      return undefined;
    case 'http':
    case 'https': {
      const scheme = settings.type === 'https' || port === 443 ? 'https' : 'http';
      const { host, certificate, path } = settings;
      return [
        ...(['curl', '-sS', '--connect-timeout', '3', '--max-time', '10', '-w', '\n%{http_code}'] as const),
        // The certificate is of a name, and what is asked is an address.
        ...(scheme === 'https' && certificate === 'ignore' ? ['--insecure'] : []),
        ...(host === undefined ? [] : ['--connect-to', `::${endpoint(address, port)}`]),
        ...['--', `${scheme}://${host === undefined ? endpoint(address, port) : `${host}:${port}`}${path}`],
      ];
    }
    case 'dns': {
      const tcp = protocol === 'tcp' ? ['+tcp'] : [];
      return ['dig', `@${address}`, '-p', String(port), '+tries=1', '+time=3', ...tcp, settings.name, 'A'];
    }
    case 'command': {
      const [program = '', ...rest] = settings.run.map(each =>
        each.replaceAll('{{address}}', address).replaceAll('{{port}}', String(port)),
      );
      return ['timeout', '10', program, ...rest];
    }
    default:
      return dialogue(settings, target, settings.expect);
  }
}

/** Reads what `ask` printed; fewer lines than requests are requests that were given up. */
export function replies(result: Result, verify: VerifySettings, requests: number): readonly Reply[] {
  if (result.code !== 0) {
    throw new Problem('the client could not ask', {
      why: result.stderr.trim() || `exit code ${result.code}`,
      next: 'the client role installs what it asks with: run up for this client',
    });
  }
  const lines = result.stdout.split('\n').filter(line => line !== '');
  const read = lines.map(line => {
    const [encoded = '', code = ''] = line.split(' ');
    return parse(Buffer.from(encoded, 'base64').toString('utf8'), code, verify);
  });
  const lastFailed = read.at(-1)?.ok === false;
  if (read.length === 0 || read.length > requests || (read.length < requests && !lastFailed))
    throw new Problem(`the client answered ${read.length} of ${requests} requests`);
  const given = { ok: false, page: '', error: 'given up' };
  return [...read, ...Array.from({ length: requests - read.length }, () => given)];
}

function parse(output: string, code: string, verify: VerifySettings): Reply {
  const cut = output.lastIndexOf('\n');
  const http = verify.type === 'http' || verify.type === 'https';
  const page = http ? output.slice(0, Math.max(0, cut)) : output;
  const fault = faultOf(verify, code, page, output.slice(cut + 1));
  return { ok: fault === undefined, page: fault === undefined ? page : '', error: fault ?? '' };
}

/** What keeps an output from being an answer. */
function faultOf(
  { type, expect }: VerifySettings,
  code: string,
  page: string,
  status: string,
): string | undefined {
  const said = page.trim().split('\n').at(-1) ?? '';
  if (code === '124' && type !== 'http') return 'no answer in time';
  if (code !== '0') return said === '' ? `exit code ${code}` : said.slice(0, 200);
  if (type === 'http' || type === 'https') {
    if (!/^[23]/.test(status)) return `HTTP status ${status}`;
  } else if (type === 'dns') {
    const answered = /status: (\w+)/.exec(page)?.[1] ?? 'none';
    if (answered !== 'NOERROR' && answered !== 'NXDOMAIN') return `DNS status ${answered}`;
  }
  if (expect === undefined || page.includes(expect)) return undefined;
  return `the answer does not contain ${JSON.stringify(expect.slice(0, 80))}`;
}
