import { type Command, type Result, script } from '../../model/command.ts';
import { statesIn, tellStates, type VrrpWord } from '../../model/keepalived-log.ts';
import { Problem } from '../../model/problem.ts';
import type { Transport } from '../../model/transport.ts';
import { within } from '../reading.ts';
import { parseTable, type Table } from '../table.ts';

/** The addresses that one host has at one time. */
export interface Holding {
  readonly director: string;
  readonly addresses: readonly { readonly interface: string; readonly ip: string }[];
}

/** What one director says of itself at one time. */
export interface Standing extends Holding {
  /** Whether keepalived works. */
  readonly active: boolean;
  /** Whether lvsform has once brought its keepalived up: until then nobody relies on it. */
  readonly established: boolean;
  /** By instance, what keepalived's log says last; undefined: it keeps no log that can be read. */
  readonly states: ReadonlyMap<string, VrrpWord> | undefined;
  readonly table: Table;
}

/** ip-address(8): `2: eth0    inet 192.168.0.240/24 ...`; of a peer's address the own one counts. */
const listed = `ip -o addr show | awk '{ sub(/\\/.*/, "", $4); print "address", $2, $4 }' || exit 1`;

const readListed: Command = {
  argv: script('host-addresses', `export LC_ALL=C\n${listed}\necho end`),
  label: 'read the addresses',
};

/** Reads the addresses of hosts, all at once. Writes nothing. */
export function readHoldings(
  hosts: readonly string[],
  transportOf: (host: string) => Transport,
): Promise<readonly Holding[]> {
  return Promise.all(
    hosts.map(async director => {
      const [result] = await transportOf(director).run([readListed], { keepGoing: true });
      if (result === undefined) throw new Problem('the host did not answer', { where: director });
      return within(director, () => ({ director, addresses: parseStanding(result).addresses }));
    }),
  );
}

/** The state is the newest word of the log: `(web) Entering BACKUP STATE (init)`. Without systemd keepalived is looked for among the processes. */
const text = `export LC_ALL=C
${tellStates}
if [ -d /run/systemd/system ]; then
  systemctl is-active --quiet keepalived && echo 'daemon active'
else
  for comm in /proc/[0-9]*/comm; do
    read -r name 2>/dev/null <"$comm" || continue
    [ "$name" != keepalived ] || { echo 'daemon active'; break; }
  done
fi
[ ! -e /var/lib/lvsform/loaded/keepalived.reload ] || echo 'loaded yes'
tell_states
${listed}
echo end
`;

const readStanding: Command = {
  argv: script('director-standing', text),
  label: 'read how the director stands',
};

/** A host that is yet to become a director may have the module and no ipvsadm: nobody has put anything into its table. */
const readLive: Command = {
  argv: script(
    'director-table',
    '[ -e /proc/net/ip_vs ] && command -v ipvsadm >/dev/null || exit 0; ipvsadm -L -n --nosort',
  ),
  label: 'read the IPVS table',
};

/** Reads all directors at once. Writes nothing. */
export function readStandings(
  directors: readonly string[],
  transportOf: (host: string) => Transport,
): Promise<readonly Standing[]> {
  return Promise.all(
    directors.map(async director => {
      const [standing, table] = await transportOf(director).run([readStanding, readLive], {
        keepGoing: true,
      });
      if (standing === undefined || table === undefined) {
        throw new Problem('the director did not answer', { where: director });
      }
      return within(director, () => ({
        director,
        ...parseStanding(standing),
        table: parseTable(table),
      }));
    }),
  );
}

/** Reads what the script printed; output that was cut is refused. */
export function parseStanding({ code, stdout, stderr }: Result): Omit<Standing, 'director' | 'table'> {
  const lines = stdout.split('\n').filter(line => line !== '');
  if (code !== 0 || lines.at(-1) !== 'end') {
    throw new Problem('could not read how the director stands', {
      why: stderr.trim() || 'the answer was cut',
    });
  }
  const addresses: { interface: string; ip: string }[] = [];
  let [active, established, logs] = [false, false, true];
  for (const line of lines) {
    const [word, first = '', ip = ''] = line.split(' ');
    if (word === 'daemon') active = first === 'active';
    else if (word === 'loaded') established = true;
    else if (word === 'log') logs = first !== 'no';
    else if (word === 'address') addresses.push({ interface: first, ip });
  }
  return { active, established, states: logs ? statesIn(lines) : undefined, addresses };
}
