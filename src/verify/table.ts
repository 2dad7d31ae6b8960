import { type Command, type Result, script } from '../model/command.ts';
import { Problem } from '../model/problem.ts';

/** A virtual service as it stands in a director's table now. */
export interface LiveService {
  readonly scheduler: string;
  /** By `address:port`, in the kernel's order, in which schedulers go through them. */
  readonly servers: ReadonlyMap<string, LiveServer>;
}

/** A real server as it stands in a director's table now: connections are counted at once, unlike those of --stats. */
export interface LiveServer {
  readonly weight: number;
  readonly active: number;
  readonly inactive: number;
}

/** What a director's kernel holds, by virtual service (`TCP 192.168.0.240:80`, `FWM 5`). */
export type Table = ReadonlyMap<string, LiveService>;

/** ipvsadm(8): --nosort keeps the kernel's order. */
export const readTable: Command = {
  argv: script('ipvs-table', '[ -e /proc/net/ip_vs ] || exit 0; ipvsadm -L -n --nosort'),
  label: 'read the IPVS table',
};

const serviceLine = /^(TCP|UDP|SCTP|FWM) +(\S+)( IPv6)? +([a-z]+)(?: |$)/;
const serverLine = /^-> (\S+) +\w+ +(\d+) +(\d+) +(\d+)$/;

/** Reads `ipvsadm -Ln --nosort`. */
export function parseTable(result: Result): Table {
  if (result.code !== 0) throw new Problem('the IPVS table could not be read', { why: result.stderr.trim() });
  const services = new Map<string, LiveService>();
  let current: Map<string, LiveServer> | undefined;
  for (const line of result.stdout.split('\n').map(each => each.trim())) {
    const [, protocol, place, six = '', scheduler] = serviceLine.exec(line) ?? [];
    const [, server, weight, active, inactive] = serverLine.exec(line) ?? [];
    if (server !== undefined) {
      current?.set(server, { weight: Number(weight), active: Number(active), inactive: Number(inactive) });
    } else if (protocol !== undefined && scheduler !== undefined) {
      current = new Map();
      services.set(`${protocol} ${place}${six}`, { scheduler, servers: current });
    }
  }
  return services;
}
