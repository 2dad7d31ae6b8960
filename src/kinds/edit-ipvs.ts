import { type Command, script } from '../model/command.ts';
import { equal } from '../model/json.ts';

/**
 * What is in the kernel's table; a server that nobody named counts as a difference, other services are
 * foreign.
 */
export type TableEntry = {
  readonly scheduler: string;
  readonly persistence: number;
  /** Words of `ipvsadm -S` that no spec has, kept so that they come back on undo. */
  readonly flags?: readonly string[];
  readonly servers: {
    readonly [server: string]: {
      readonly method: 'DR' | 'NAT' | 'TUN';
      readonly weight: number;
      readonly tunnel?: string;
    };
  };
};

type Servers = TableEntry['servers'];
type Server = NonNullable<Servers[string]>;

/**
 * The steps from one state of a virtual service (`tcp:192.168.0.240:80`) to another, without a moment in
 * which it is not there: the service, then who joins or changes, then who leaves. `drain` is in seconds.
 * ipvsadm(8).
 */
export function editTable(
  service: string,
  drain: number,
  from: TableEntry | undefined,
  to: TableEntry | undefined,
): readonly Command[] {
  const at = [service.startsWith('udp:') ? '-u' : '-t', service.slice(4)];
  const leaving = Object.entries(from?.servers ?? {}).filter(([name]) => to?.servers[name] === undefined);
  if (to === undefined) {
    const steps = drain > 0 && leaving.length > 0 ? [remove(at, drain, leaving)] : [];
    return [...steps, removeService(at)];
  }
  const changing = Object.entries(to.servers).filter(([name, one]) => !equal(from?.servers[name], one));
  return [
    ...(from !== undefined && equal(options(from), options(to)) ? [] : [setService(at, to)]),
    ...changing.map(([name, one]) => setServer(at, name, one)),
    ...(leaving.length === 0 ? [] : [remove(at, drain, leaving)]),
  ];
}

function options({ scheduler, persistence, flags = [] }: TableEntry): readonly string[] {
  return ['-s', scheduler, ...(persistence === 0 ? [] : ['-p', String(persistence)]), ...flags];
}

const methods = { DR: '-g', NAT: '-m', TUN: '-i' } as const;

function forwarding({ method, tunnel }: Server): readonly string[] {
  return [methods[method], ...(tunnel === undefined ? [] : tunnel.split(' '))];
}

function setService(at: readonly string[], state: TableEntry): Command {
  return {
    argv: script('lvsform-set-virtual-service', setText, '-A', '-E', ...at, ...options(state)),
    label: `set virtual service ${at[1]}`,
  };
}

function setServer(at: readonly string[], name: string, server: Server): Command {
  const words = [...at, '-r', name, ...forwarding(server), '-w', String(server.weight)];
  return {
    argv: script('lvsform-set-real-server', setText, '-a', '-e', ...words),
    label: `set ${name} of ${at[1]} to weight ${server.weight}`,
  };
}

function remove(
  at: readonly string[],
  drain: number,
  leaving: readonly (readonly [string, Server])[],
): Command {
  const words = leaving.flatMap(([name, server]) => [name, methods[server.method]]);
  return {
    argv: script('lvsform-remove-real-servers', removeText, String(drain), ...at, ...words),
    label: `${drain === 0 ? 'remove' : `drain (up to ${drain} s) and remove`} ${leaving.map(([name]) => name).join(', ')} of ${at[1]}`,
  };
}

function removeService(at: readonly string[]): Command {
  return {
    argv: script('lvsform-remove-virtual-service', removeServiceText, ...at),
    label: `remove virtual service ${at[1]}`,
  };
}

/** What the one verb refuses, because it is there, the other one edits; what both refuse is an error. */
const setText = `add=$1 edit=$2; shift 2
ipvsadm "$add" "$@" 2>/dev/null || ipvsadm "$edit" "$@"
`;

/**
 * All get weight 0 first, so that none takes over what another gives up. ActiveConn is the fifth word of -Ln.
 */
const removeText = `export LC_ALL=C
drain=$1 kind=$2 service=$3; shift 3
ipvsadm -Sn >/dev/null || exit 1
listed() { ipvsadm -Sn | grep -qF -- "-a $kind $service -r $1 "; }
active() {
  ipvsadm -Ln "$kind" "$service" 2>/dev/null | SERVERS=" $servers " awk '
    $1 == "->" && index(ENVIRON["SERVERS"], " " $2 " ") { sum += $5 }
    END { print sum + 0 }'
}
servers= count=$#
while [ "$count" -gt 0 ]; do
  servers="$servers \${1}"
  if [ "$drain" -gt 0 ] && listed "$1"; then
    ipvsadm -e "$kind" "$service" -r "$1" "$2" -w 0 || exit 1
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
  if listed "$server"; then ipvsadm -d "$kind" "$service" -r "$server" || exit 1; fi
done
`;

const removeServiceText = `table=$(ipvsadm -Sn) || exit 1
printf '%s\\n' "$table" | grep -qF -- "-A $1 $2 " || exit 0
ipvsadm -D "$1" "$2"
`;
