import { type Command, type Result, script } from '../model/command.ts';
import type { Target } from './target.ts';

/** A connection that a client holds open: the process that has it, and the client's port. */
export interface Holder {
  readonly pid: number;
  readonly port: number;
}

/** Seconds after which a client lets go by itself, whatever became of us. */
const longest = 40;

/**
 * Opens connections one after the other and gives each to a process of its own, which only sleeps: to end it closes the
 * connection. bash connects by itself (bash(1), REDIRECTION). Which port is whose, the kernel's list of sockets
 * tells by their inodes.
 */
const text = `i=0
while [ "$i" -lt "$3" ]; do
  i=$((i + 1))
  { exec 3<>"/dev/tcp/$1/$2"; } 2>/dev/null || continue
  inode=$(readlink "/proc/$$/fd/3")
  sleep "$4" </dev/null >/dev/null 2>&1 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- &
  echo "held $! \${inode//[^0-9]/}"
  exec 3>&-
done
cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk '$4 == "01" { print "socket", $10, $2 }'`;

/** The command that makes a client hold connections to a target. */
export function hold({ address, port }: Target, count: number): Command {
  return {
    argv: [
      'timeout',
      '25',
      'bash',
      '-c',
      text,
      'hold',
      address,
      String(port),
      String(count),
      String(longest),
    ],
    label: `hold ${count} connections`,
  };
}

/** Reads what `hold` printed: the connections that are open. */
export function parseHolders({ stdout }: Result): readonly Holder[] {
  const rows = stdout.split('\n').map(line => line.split(' '));
  const ports = new Map(
    rows.flatMap(([what, inode = '', local = '']) =>
      what === 'socket' ? [[inode, Number.parseInt(local.split(':').at(-1) ?? '', 16)] as const] : [],
    ),
  );
  return rows.flatMap(([what, pid, inode = '']) => {
    const port = ports.get(inode);
    return what === 'held' && port !== undefined ? [{ pid: Number(pid), port }] : [];
  });
}

/** The command that lets connections go; a process that is not ours any more is left alone. */
export function release(holders: readonly Holder[]): Command {
  return {
    argv: script(
      'release',
      'for pid; do [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = sleep ] && kill "$pid"; done; :',
      ...holders.map(({ pid }) => String(pid)),
    ),
    label: 'let the connections go',
  };
}

/** The command that makes a director tell where connections from these ports went. */
export function whereTo(holders: readonly Holder[]): Command {
  return {
    argv: script(
      'ipvs-held',
      `[ -e /proc/net/ip_vs ] || exit 0
ipvsadm -L -n -c | awk -v ports=" $* " '$3 == "ESTABLISHED" { n = split($4, at, ":"); if (index(ports, " " at[n] " ")) print at[n], $5, $6 }'`,
      ...holders.map(({ port }) => String(port)),
    ),
    label: 'read where the held connections went',
  };
}

/** Reads what `whereTo` printed: the RS (`address:port`) by the client's port, of one virtual address. */
export function parseWhereTo({ stdout }: Result, virtual: string): ReadonlyMap<number, string> {
  return new Map(
    stdout
      .split('\n')
      .map(line => line.split(' '))
      .flatMap(([port, place, server]) =>
        place === virtual && server !== undefined ? [[Number(port), server] as const] : [],
      ),
  );
}
