import { script } from '../model/command.ts';
import type { Probe } from '../model/probe.ts';
import { Problem } from '../model/problem.ts';
import { garbled, linesOf } from './answer.ts';

/** Real servers by `address:port`, each with its weight and its active connections. */
export type Connections = { readonly [server: string]: { readonly weight: number; readonly active: number } };

/** The only key: a host has one table. */
export const connectionsKey = 'table';

/**
 * Who is connected to whom, by virtual service (`tcp:192.168.0.240:80`, `fwmark:5`), from one `ipvsadm -Ln`
 * (ipvsadm(8)). UDP has no connection that is active: IPVS counts them as inactive (ip_vs_proto_udp.c). Absent where
 * IPVS is not loaded, or nobody has put anything into its table and ipvsadm is not there to say so.
 */
export const connections: Probe<{ readonly [service: string]: Connections }> = {
  name: 'connections',
  script: () => script('lvsform-read-connections', text),

  parse(result) {
    const lines = linesOf('connections', result);
    if (lines.includes('blind')) {
      throw new Problem('could not read the IPVS table', {
        why: 'it holds services, and ipvsadm is not installed',
        next: 'install ipvsadm on the host',
      });
    }
    if (lines[0] === 'none') return new Map([[connectionsKey, undefined]]);
    if (!lines.some(line => line.startsWith('Prot '))) throw garbled('connections', lines.join('\n'));
    const services: { [service: string]: { [server: string]: Connections[string] } } = {};
    let servers: { [server: string]: Connections[string] } | undefined;
    for (const line of lines) {
      const [first = '', name = '', third, weight = '', active = ''] = line.trim().split(/\s+/);
      if (first === 'FWM' || /^(TCP|UDP|SCTP)$/.test(first)) {
        const kind = first === 'FWM' ? (third === 'IPv6' ? 'fwmark6' : 'fwmark') : first.toLowerCase();
        servers = {};
        services[`${kind}:${name}`] = servers;
      } else if (first === '->' && name !== 'RemoteAddress:Port') {
        if (servers === undefined || !/^\d+$/.test(weight) || !/^\d+$/.test(active))
          throw garbled('connections', line);
        servers[name] = { weight: Number(weight), active: Number(active) };
      } else if (!/^(IP|Prot|->)$/.test(first)) throw garbled('connections', line);
    }
    return new Map([[connectionsKey, services]]);
  },
};

/** /proc/net/ip_vs begins with three lines of heading; each service's line begins with its protocol. */
const text = `export LC_ALL=C
[ -d /proc/net/ ] || { echo '/proc is not mounted' >&2; exit 1; }
if ! [ -e /proc/net/ip_vs ]; then echo none
elif command -v ipvsadm >/dev/null; then ipvsadm -Ln || exit 1
else
  word=none
  while read -r first rest; do
    case $first in TCP | UDP | SCTP | FWM) word=blind ;; esac
  done </proc/net/ip_vs
  echo "$word"
fi
echo end
`;
