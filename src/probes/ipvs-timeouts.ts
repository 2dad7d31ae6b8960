import { script } from '../model/command.ts';
import type { Probe } from '../model/probe.ts';
import { Problem } from '../model/problem.ts';
import { garbled, linesOf } from './answer.ts';

/** Seconds that IPVS keeps an idle connection: TCP, TCP after a FIN, UDP. */
export interface TimeoutsEntry {
  readonly tcp: number;
  readonly tcpFin: number;
  readonly udp: number;
}

/** The only key: a host has one set of timeouts. */
export const timeoutsKey = 'ipvs';

/**
 * The timeouts of IPVS, from `ipvsadm -L --timeout`; absent where IPVS is not loaded. Without ipvsadm they
 * can not be read; an empty table then counts as "nobody has touched IPVS yet", for a blank host must be
 * readable.
 */
export const ipvsTimeoutsProbe: Probe<TimeoutsEntry> = {
  name: 'ipvs-timeouts',
  script: () => script('lvsform-read-ipvs-timeouts', text),

  parse(result) {
    const [line = ''] = linesOf('ipvs-timeouts', result);
    if (line === 'none') return new Map([[timeoutsKey, undefined]]);
    if (line === 'blind') {
      throw new Problem('could not read the IPVS timeouts', {
        why: 'IPVS is in use, and ipvsadm is not installed',
        next: 'install ipvsadm on the host',
      });
    }
    const match = /^Timeout \(tcp tcpfin udp\): (\d+) (\d+) (\d+)$/.exec(line);
    if (match === null) throw garbled('ipvs-timeouts', line);
    const [tcp = 0, tcpFin = 0, udp = 0] = match.slice(1).map(Number);
    return new Map([[timeoutsKey, { tcp, tcpFin, udp }]]);
  },
};

const text = `export LC_ALL=C
[ -d /proc/net/ ] || { echo '/proc is not mounted' >&2; exit 1; }
if ! [ -e /proc/net/ip_vs ]; then echo none
elif command -v ipvsadm >/dev/null; then ipvsadm -L --timeout || exit 1
else
  word=none
  while read -r first rest; do
    case $first in TCP | UDP | SCTP | FWM) word=blind ;; esac
  done </proc/net/ip_vs
  echo "$word"
fi
echo end
`;
