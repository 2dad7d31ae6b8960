import { script } from '../model/command.ts';
import { keepalivedLog } from '../model/keepalived-log.ts';
import type { Probe } from '../model/probe.ts';
import { garbled, keyAt, linesOf } from './answer.ts';
import { serviceWords } from './ipvs-words.ts';

/**
 * Whether a real server is in the live table (`there`); and what keepalived's log tells of one that is not: `in`, it put it there; `out`, it
 * took it out; `watched`, it checks it and has said no more; `silent`, nothing, though the log reaches back to keepalived's start;
 * `unknown`, no log tells.
 */
export type CheckWord = (typeof words)[number];
const words = ['there', 'in', 'out', 'watched', 'silent', 'unknown'] as const;

/** A real server of a service, as a key: `tcp:192.168.0.240:80 192.168.0.1:80`. */
export function checkKey(service: string, server: string): string {
  return `${service} ${server}`;
}

/**
 * Why real servers are missing in the live table. A log is read only where one is missing. It names real servers by address,
 * whichever service they are missing in: what was taken out of one counts as taken out of all (check/ipwrapper.c, perform_svr_state).
 */
export const keepalivedChecks: Probe<CheckWord> = {
  name: 'keepalived-checks',
  script: keys => script('lvsform-read-keepalived-checks', text, ...keys.flatMap(wordsOf)),

  parse(result, keys) {
    const found = new Map<string, CheckWord>();
    for (const line of linesOf('keepalived-checks', result)) {
      const [index, said] = line.split(' ');
      const word = words.find(one => one === said);
      if (word === undefined) throw garbled('keepalived-checks', line);
      found.set(keyAt('keepalived-checks', keys, index), word);
    }
    return found;
  },
};

function parted(key: string): { readonly service: string; readonly server: string } {
  const at = key.indexOf(' ');
  return { service: key.slice(0, at), server: key.slice(at + 1) };
}

/** `192.168.0.1`, without the brackets of IPv6. */
function addressOf(key: string): string {
  return parted(key)
    .server.replace(/:\d+$/, '')
    .replace(/^\[|\]$/g, '');
}

function wordsOf(key: string): readonly string[] {
  const { service, server } = parted(key);
  return [serviceWords(service).join(' '), server, addressOf(key)];
}

/** `Removing service [192.168.0.1]:tcp:80 from VS [192.168.0.240]:tcp:80`; versions differ in what follows the address. */
const text = `export LC_ALL=C
${keepalivedLog}
nl='
'
table= missing= index=0
if [ -e /proc/net/ip_vs ] && command -v ipvsadm >/dev/null; then table=$nl$(ipvsadm -Sn) || exit 1; fi
while [ $# -gt 0 ]; do
  case $table in
    *"$nl-a $1 -r $2 "*) echo "$index there" ;;
    *) missing="$missing $index $3" ;;
  esac
  index=$((index + 1))
  shift 3
done
[ -n "$missing" ] || { echo end; exit 0; }
said=
[ -z "$table" ] || keepalived_log '(ing|ctivating healthchecker for) ([a-z]+ )?service |Starting (Keepalived v|(VRRP|Healthcheck) child process)' 4000
printf '%s\\n' "$said" | MISSING=$missing awk '
  /Starting (Keepalived v|VRRP child process|Healthcheck child process)/ { whole = 1; next }
  !match($0, /(Adding|Enabling|Removing|Disabling|ctivating healthchecker for) ([a-z]+ )?service /) { next }
  {
    word = substr($0, RSTART, 4); place = substr($0, RSTART + RLENGTH)
    address = place; sub(/^\\[/, "", address); sub(/\\].*$/, "", address)
    if (word == "ctiv") { watched[address] = 1; next }
    sub(/ (to|of|from) VS /, " ", place)
    if (place in seen) next
    seen[place] = 1
    if (word == "Remo" || word == "Disa") out[address] = 1; else put[address] = 1
  }
  END {
    count = split(ENVIRON["MISSING"], list, " ")
    for (at = 1; at < count; at += 2) {
      one = list[at + 1]
      if (one in out) word = "out"
      else if (one in put) word = "in"
      else if (!whole) word = "unknown"
      else word = one in watched ? "watched" : "silent"
      print list[at], word
    }
  }'
echo end
`;
