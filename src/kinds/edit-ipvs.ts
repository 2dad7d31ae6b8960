import { type Command, script } from '../model/command.ts';
import { equal } from '../model/json.ts';
import { maskOf, type ServerEntry, serviceWords, type VirtualServiceEntry } from '../probes/ipvs-words.ts';

export { maskOf };

/**
 * What is in the kernel's table; a server that nobody named counts as a difference, other services are
 * foreign.
 */
export type TableEntry = VirtualServiceEntry;

/**
 * The steps from one state of a virtual service (`tcp:192.168.0.240:80`, `fwmark6:5`) to another, without a moment in
 * which it is not there: the service, then who joins or changes, then who leaves. `drain` is in seconds. The kernel
 * edits everything of a service but what it is known by, connections untouched: scheduler, flags, persistence with
 * mask and engine, one-packet (ip_vs_edit_service in net/netfilter/ipvs/ip_vs_ctl.c). What an edit does not name it
 * takes away, so each names all. ipvsadm(8).
 */
export function editTable(
  service: string,
  drain: number,
  from: TableEntry | undefined,
  to: TableEntry | undefined,
): readonly Command[] {
  const at = serviceWords(service);
  const leaving = Object.entries(from?.servers ?? {}).filter(([name]) => to?.servers[name] === undefined);
  if (to === undefined) {
    const steps = drain > 0 && leaving.length > 0 ? [remove(at, drain, leaving)] : [];
    return [...steps, removeService(at)];
  }
  const changing = Object.entries(to.servers).filter(([name, one]) => !equal(from?.servers[name], one));
  const words = serviceOptions(to, familyOf(service));
  return [
    ...(from !== undefined && equal(serviceOptions(from, familyOf(service)), words)
      ? []
      : [setService(at, words)]),
    ...changing.map(([name, one]) => setServer(at, name, one)),
    ...(leaving.length === 0 ? [] : [remove(at, drain, leaving)]),
  ];
}

/** A service in the words of ipvsadm(8), for a script. */
export interface TableRow {
  readonly flag: string;
  readonly name: string;
  /** `-6` where a firewall mark is of IPv6, or nothing. */
  readonly six: string;
  /** As `ipvsadm -Sn` prints them. */
  readonly options: string;
  readonly servers: readonly { readonly rip: string; readonly options: string }[];
}

/** The same service as the steps make it. */
export function tableRow(service: string, state: TableEntry): TableRow {
  const [flag = '', name = '', six = ''] = serviceWords(service);
  return {
    flag,
    name,
    six,
    options: serviceOptions(state, familyOf(service)).join(' '),
    servers: Object.entries(state.servers).map(([rip, server]) => ({
      rip,
      options: serverOptions(server).join(' '),
    })),
  };
}

function familyOf(service: string): 4 | 6 {
  return service.includes('[') || service.startsWith('fwmark6:') ? 6 : 4;
}

/** The options of a service, in the words and the order of `ipvsadm -Sn`. */
function serviceOptions(state: Omit<TableEntry, 'servers'>, family: 4 | 6): readonly string[] {
  const { scheduler, schedulerFlags = [], persistence, prefix, engine, onePacket, flags = [] } = state;
  return [
    ...['-s', scheduler],
    ...(persistence === 0 ? [] : ['-p', String(persistence)]),
    ...(prefix === undefined ? [] : ['-M', maskOf(prefix, family)]),
    ...(engine === undefined ? [] : ['--pe', engine]),
    ...(onePacket === undefined ? [] : ['-o']),
    ...(schedulerFlags.length === 0 ? [] : ['-b', schedulerFlags.join(',')]),
    ...flags,
  ];
}

const methods = { DR: '-g', NAT: '-m', TUN: '-i' } as const;

/** The options of a real server, thresholds last: `-Sn` leaves them out. */
export function serverOptions({
  method,
  weight,
  upper = 0,
  lower = 0,
  tunnel,
}: ServerEntry): readonly string[] {
  return [
    methods[method],
    ...(tunnel === undefined ? [] : tunnel.split(' ')),
    ...['-w', String(weight)],
    ...(upper === 0 ? [] : ['-x', String(upper)]),
    ...(lower === 0 ? [] : ['-y', String(lower)]),
  ];
}

function setService(at: readonly string[], words: readonly string[]): Command {
  return {
    argv: script('lvsform-set-virtual-service', setText, '-A', '-E', ...at, ...words),
    label: `set virtual service ${nameOf(at)}`,
  };
}

function setServer(at: readonly string[], name: string, server: ServerEntry): Command {
  const words = [...at, '-r', name, ...serverOptions(server)];
  return {
    argv: script('lvsform-set-real-server', setText, '-a', '-e', ...words),
    label: `set ${name} of ${nameOf(at)} to weight ${server.weight}`,
  };
}

function remove(
  at: readonly string[],
  drain: number,
  leaving: readonly (readonly [string, ServerEntry])[],
): Command {
  const words = leaving.flatMap(([name, server]) => [name, methods[server.method]]);
  return {
    argv: script('lvsform-remove-real-servers', removeText, String(drain), at.join(' '), ...words),
    label: `${drain === 0 ? 'remove' : `drain (up to ${drain} s) and remove`} ${leaving.map(([name]) => name).join(', ')} of ${nameOf(at)}`,
  };
}

function removeService(at: readonly string[]): Command {
  return {
    argv: script('lvsform-remove-virtual-service', removeServiceText, at.join(' ')),
    label: `remove virtual service ${nameOf(at)}`,
  };
}

/** How people call a service: `192.168.0.240:80`, `mark 5`. */
function nameOf([kind, name, six]: readonly string[]): string {
  return kind === '-f' ? `mark ${name}${six === undefined ? '' : ' (IPv6)'}` : String(name);
}

/** What the one verb refuses, because it is there, the other one edits; what both refuse is an error. */
const setText = `add=$1 edit=$2; shift 2
ipvsadm "$add" "$@" 2>/dev/null || ipvsadm "$edit" "$@"
`;

/**
 * All get weight 0 first, so that none takes over what another gives up. ActiveConn is the fifth word of -Ln. A service
 * is two words, or three (`-f 5 -6`): they are parted here, and brackets are no pattern (set -f).
 */
const removeText = `export LC_ALL=C
set -f
drain=$1 service=$2; shift 2
ipvsadm -Sn >/dev/null || exit 1
listed() { ipvsadm -Sn | grep -qF -- "-a $service -r $1 "; }
active() {
  ipvsadm -Ln $service 2>/dev/null | SERVERS=" $servers " awk '
    $1 == "->" && index(ENVIRON["SERVERS"], " " $2 " ") { sum += $5 }
    END { print sum + 0 }'
}
servers= count=$#
while [ "$count" -gt 0 ]; do
  servers="$servers \${1}"
  if [ "$drain" -gt 0 ] && listed "$1"; then
    ipvsadm -e $service -r "$1" "$2" -w 0 || exit 1
  fi
  set -- "$@" "$1"
  shift 2
  count=$((count - 2))
done
waited=0
while [ "$waited" -lt "$drain" ] && [ "$(active)" -gt 0 ]; do
  sleep 1
  waited=$((waited + 1))
done
for server do
  if listed "$server"; then ipvsadm -d $service -r "$server" || exit 1; fi
done
`;

const removeServiceText = `set -f
table=$(ipvsadm -Sn) || exit 1
printf '%s\\n' "$table" | grep -qF -- "-A $1 -s " || exit 0
ipvsadm -D $1
`;
