import type { Cluster } from '../../model/cluster.ts';
import { type Command, type Result, script } from '../../model/command.ts';
import type { Reporter } from '../../model/event.ts';
import { Problem } from '../../model/problem.ts';
import type { Transport } from '../../model/transport.ts';
import { within } from '../reading.ts';
import { listen, parseHeard } from './listen.ts';
import { misplaced, type Newcomer, taken } from './segments.ts';
import { readHoldings } from './standing.ts';

const readInterfaces: Command = {
  argv: script('interfaces', 'ls /sys/class/net && echo end'),
  label: 'read the interfaces',
};

/**
 * Looks where a plan is about to bring a VIP or a virtual router: whether the place is there, and whether somebody has it
 * already: one of `hosts`, or another on the segment. Writes nothing.
 */
export async function preflight(
  cluster: Cluster,
  coming: readonly Newcomer[],
  hosts: readonly string[],
  transportOf: (host: string) => Transport,
  report: Reporter,
): Promise<readonly Problem[]> {
  const [holdings, found] = await Promise.all([
    readHoldings(hosts, transportOf),
    Promise.all(
      coming
        .filter(({ host }) => hosts.includes(host.name))
        .map(async each => ({ each, ...(await askOf(each, transportOf(each.host.name))) })),
    ),
  ]);
  return found.flatMap(({ each, names, heard }) => {
    const { name } = each.host;
    if (heard.deaf) {
      const text =
        'nothing here can listen (perl, python3, tcpdump): whether its virtual_router_id is free was not checked';
      report({ event: 'note', host: name, text });
    }
    const holding = holdings.find(({ director }) => director === name) ?? { director: name, addresses: [] };
    return [...misplaced(each, names, holding), ...taken(each, heard, holdings, cluster)];
  });
}

async function askOf({ host, instances, vips }: Newcomer, transport: Transport) {
  const interfaces = [...new Set(instances.map(each => each.interface))];
  const asked = vips
    .filter(({ address }) => address.family === 4)
    .map(vip => ({ interface: vip.interface, ip: vip.address.ip }));
  const [there, said] = await transport.run([readInterfaces, listen(seconds(instances), interfaces, asked)], {
    keepGoing: true,
  });
  return within(host.name, () => ({ names: interfacesOf(there), heard: parseHeard(demanded(said)) }));
}

/** Two advertisements of the usual second, or of what the instances agree on; a virtual router that is slower is missed. */
function seconds(instances: Newcomer['instances']): number {
  const interval = Math.max(1, ...instances.map(({ advertInterval }) => advertInterval));
  return Math.min(10, 2.2 * interval);
}

function interfacesOf(result: Result | undefined): ReadonlySet<string> {
  const names = demanded(result)
    .stdout.split('\n')
    .filter(line => line !== '');
  if (names.pop() !== 'end')
    throw new Problem('the interfaces could not be read', { why: result?.stderr.trim() ?? '' });
  return new Set(names);
}

function demanded(result: Result | undefined): Result {
  if (result === undefined) throw new Problem('the director did not answer');
  return result;
}
