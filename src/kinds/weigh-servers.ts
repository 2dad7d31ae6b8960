import { type Command, script } from '../model/command.ts';
import { serviceWords } from '../probes/ipvs-words.ts';

/** A real server of a virtual service in the kernel's table (`tcp:192.168.0.240:80`, `192.168.0.1:80`). */
export interface Place {
  readonly service: string;
  readonly server: string;
}

/**
 * Gives real servers that are in the live table other weights, and changes nothing else of them: an edit takes away
 * what it does not name (ip_vs_edit_dest in net/netfilter/ipvs/ip_vs_ctl.c), so the words of each are read first. One that is no longer there has none.
 */
export function weigh(weights: readonly (Place & { readonly weight: number })[], label: string): Command {
  const words = weights.flatMap(each => [...placeWords(each), String(each.weight)]);
  return { argv: script('lvsform-weigh-servers', weighText, ...words), label };
}

/**
 * Waits until real servers of weight 0 have no active connection left, each for as long as it may take. What is
 * connected after that is not waited for.
 */
export function awaitQuiet(places: readonly (Place & { readonly seconds: number })[]): Command {
  const most = Math.max(0, ...places.map(({ seconds }) => seconds));
  const words = places.flatMap(each => [...placeWords(each), String(each.seconds)]);
  return {
    argv: script('lvsform-await-quiet', awaitText, ...words),
    label: `wait (up to ${most} s) until ${places.map(({ server }) => server).join(', ')} ${places.length === 1 ? 'has' : 'have'} no connections`,
  };
}

function placeWords({ service, server }: Place): readonly string[] {
  return [serviceWords(service).join(' '), server];
}

/**
 * `-a -t 192.168.0.240:80 -r 192.168.0.1:80 -g -w 1` is a line of -Sn; thresholds are in another listing. A service is
 * two words, or three (`-f 5 -6`): they are parted here, and brackets are no pattern (set -f).
 */
const weighText = `export LC_ALL=C
set -f
table=$(ipvsadm -Sn) || exit 1
while [ $# -gt 0 ]; do
  line=$(printf '%s\\n' "$table" | grep -F -- "-a $1 -r $2 ")
  if [ -n "$line" ]; then
    line=\${line#-a }
    limits=$(ipvsadm -Ln $1 --thresholds | SERVER=$2 awk '$1 == "->" && $2 == ENVIRON["SERVER"] { print "-x", $3, "-y", $4 }')
    ipvsadm -e \${line% -w *} -w "$3" $limits || exit 1
  fi
  shift 3
done
exit 0
`;

const awaitText = `export LC_ALL=C
set -f
waited=0
while :; do
  left=$#
  while [ "$left" -gt 0 ]; do
    service=$1 server=$2 seconds=$3
    shift 3
    left=$((left - 3))
    active=$(ipvsadm -Ln $service 2>/dev/null | SERVER=$server awk '$1 == "->" && $2 == ENVIRON["SERVER"] { print $5 }')
    if [ "\${active:-0}" -gt 0 ] && [ "$waited" -lt "$seconds" ]; then set -- "$@" "$service" "$server" "$seconds"; fi
  done
  [ $# -gt 0 ] || exit 0
  sleep 1
  waited=$((waited + 1))
done
`;
