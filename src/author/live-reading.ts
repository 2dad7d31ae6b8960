import type { IpNet } from '../model/cluster.ts';
import { type Command, type Result, script } from '../model/command.ts';
import { familyOf } from '../model/network.ts';
import { Problem } from '../model/problem.ts';

/** What a host of a cluster made by hand tells of itself. */
export interface LiveHost {
  /** Its own name, without the domain. */
  readonly hostname: string;
  /** Addresses by interface, those of lo among them; link-local ones are left out. */
  readonly addresses: readonly { readonly interface: string; readonly net: IpNet; readonly label: string }[];
  readonly defaultRoute: string | undefined;
  /** `ipvsadm -Sn`, line by line. */
  readonly table: readonly string[];
  /** `ipvsadm -Ln --thresholds`, line by line: what -S leaves out. */
  readonly thresholds: readonly string[];
  /** Seconds: tcp, tcpfin, udp; undefined where there is no table. */
  readonly timeouts: readonly number[] | undefined;
  /** The text of keepalived.conf, and whether keepalived runs. It may hold a password: it is never shown. */
  readonly keepalived: { readonly text: string; readonly running: boolean } | undefined;
}

/**
 * One script, one round trip, nothing written: ipvsadm is asked only where the module is loaded, for asking would load
 * it. Its output is secret because keepalived.conf may hold a password.
 */
export const readLive: Command = {
  argv: script(
    'lvsform-import',
    `export LC_ALL=C
PATH=$PATH:/usr/sbin:/sbin:/usr/local/sbin
echo :hostname; hostname
echo :addresses; ip -o addr show || exit 1
echo :route; ip -4 route show default; ip -6 route show default 2>/dev/null
if [ -e /proc/net/ip_vs ] && command -v ipvsadm >/dev/null; then
  echo :table; ipvsadm -Sn || exit 1
  echo :thresholds; ipvsadm -Ln --thresholds || exit 1
  echo :timeouts; ipvsadm -L --timeout
fi
conf=/etc/keepalived/keepalived.conf
if [ -f "$conf" ]; then
  echo :running; [ -e /run/keepalived.pid ] || [ -e /run/keepalived/keepalived.pid ] && echo yes
  echo :keepalived; cat -- "$conf" || exit 1
fi
:`,
  ),
  secret: true,
  label: 'read the cluster as it is',
};

/** Reads what `readLive` printed. Throws a Problem where it failed. */
export function parseLive(host: string, { code, stdout, stderr }: Result): LiveHost {
  if (code !== 0) {
    throw new Problem('could not read the cluster', {
      where: host,
      why: stderr.trim() || `exit code ${code}`,
    });
  }
  const at = stdout.indexOf('\n:keepalived\n');
  const parts = sections(at < 0 ? stdout : stdout.slice(0, at + 1));
  const text = at < 0 ? undefined : stdout.slice(at + '\n:keepalived\n'.length);
  const seconds = /: (\d+) (\d+) (\d+)/.exec((parts.get('timeouts') ?? []).join(' '));
  return {
    hostname: (parts.get('hostname')?.[0] ?? host).split('.')[0]?.toLowerCase() ?? host,
    addresses: (parts.get('addresses') ?? []).flatMap(addressOf),
    defaultRoute: (parts.get('route') ?? [])
      .map(line => / via (\S+)/.exec(line)?.[1])
      .find(via => via !== undefined),
    table: (parts.get('table') ?? []).map(line => line.trim()).filter(line => line !== ''),
    thresholds: parts.get('thresholds') ?? [],
    timeouts: seconds === null ? undefined : seconds.slice(1).map(Number),
    keepalived: text === undefined ? undefined : { text, running: parts.get('running')?.[0] === 'yes' },
  };
}

function sections(text: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  let lines: string[] = [];
  for (const line of text.split('\n')) {
    const name = /^:(\w+)$/.exec(line)?.[1];
    if (name !== undefined) {
      lines = [];
      found.set(name, lines);
    } else if (line !== '') lines.push(line);
  }
  return found;
}

/** A line of `ip -o addr` (ip-address(8)): index, device, family, address/prefix, and a label at the end for IPv4. */
function addressOf(line: string): LiveHost['addresses'] {
  const match = /^\d+: (\S+) +inet6? (\S+)\/(\d+) (?:.*? )?scope (\S+) (.*)$/.exec(line);
  if (match === null) return [];
  const [, device = '', ip = '', prefix = '', scope = '', rest = ''] = match;
  if (scope === 'link' && ip.startsWith('fe80')) return [];
  const label = /(?:^| )([\w.-]+:[\w.-]+)\\/.exec(rest)?.[1] ?? '';
  return [
    {
      interface: device.replace(/@.*$/, ''),
      net: { ip, prefix: Number(prefix), family: familyOf(ip) },
      label,
    },
  ];
}
