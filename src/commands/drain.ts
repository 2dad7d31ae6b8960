import { lock } from '../engine/run.ts';
import { serviceOf } from '../kinds/virtual-server-spec.ts';
import { weigh } from '../kinds/weigh-servers.ts';
import type { Cluster } from '../model/cluster.ts';
import { globs } from '../model/glob.ts';
import { endpoint } from '../model/network.ts';
import { type ExitCode, exit, Problem } from '../model/problem.ts';
import type { Transport } from '../model/transport.ts';
import { leftText, weighingsText } from '../report/drain-text.ts';
import { tablePort } from '../roles/table-port.ts';
import { virtualServerSpec } from '../roles/virtual-servers.ts';
import { awaitQuiet, membersOf, type Weighing, weighings } from '../verify/directors/drain.ts';
import { lastOnes } from '../verify/directors/last-server.ts';
import { readStandings } from '../verify/directors/standing.ts';
import { usage } from './arguments.ts';
import type { Input } from './command.ts';
import { confirm } from './confirm.ts';
import { directorsOf, reach } from './reach.ts';
import { holder, openSession } from './session.ts';

/**
 * Gives real servers weight 0 on all directors now, waits until their connections have ended, and says what is left;
 * `--undo` gives them the inventory's weights again. Nothing of it outlives the next `up`: what shall last is a weight
 * in the inventory.
 */
export async function run(input: Input): Promise<ExitCode> {
  const { args, values, output, signal } = input;
  if (args.length === 0) throw usage('drain takes the names of real servers: lvsform drain web01');
  const [undo, wait] = [values.flag('undo'), values.number('timeout', -1, 0)];
  const session = await openSession(ownTimeout(input));
  try {
    const { cluster } = session;
    const members = membersOf(cluster, namedServers(cluster, args));
    const directors = directorsOf(cluster.hosts);
    const names = directors.map(({ name }) => name);
    const { transportOf, close } = await output.watching(() => reach(session, directors));
    try {
      for (const host of directors) await lock(transportOf(host.name), host, holder());
      const read = () => readStandings(names, transportOf);
      const before = await read();
      if (!undo && !values.flag('accept-gap')) {
        const leaving = new Set(members.map(({ server }) => server));
        const [first] = lastOnes(cluster, before, (_, server) => !leaving.has(server));
        if (first !== undefined) throw first;
      }
      const weights = weighings(before, members, undo);
      output.print(weighingsText(weights, output.paint));
      if (weights.length > 0) await confirm(input, 'Do this?');
      for (const name of names) await setWeights(weights, name, transportOf(name));
      if (undo) return exit.ok;
      const seconds = wait < 0 ? Math.max(...members.map(({ service }) => service.drain)) : wait;
      const quiet = await output.watching(() => awaitQuiet(read, members, seconds, signal));
      output.report({ event: 'drain.done', result: JSON.parse(JSON.stringify(quiet)) });
      output.print(leftText(quiet.left, quiet.seconds, output.paint));
      return quiet.left.some(({ active }) => active > 0) ? exit.failed : exit.ok;
    } finally {
      await close();
    }
  } finally {
    await session.close();
  }
}

async function setWeights(
  weights: readonly Weighing[],
  director: string,
  transport: Transport,
): Promise<void> {
  const own = weights.filter(each => each.director === director);
  if (own.length === 0) return;
  const places = own.map(({ service, server, to }) => ({
    service: serviceOf(virtualServerSpec(service)),
    server: endpoint(server.rip, tablePort(service, server)),
    weight: to,
  }));
  const [result] = await transport.run([weigh(places, `set weights on ${director}`)]);
  if (result?.code === 0) return;
  const why = result?.stderr.trim() ?? 'no answer';
  throw new Problem('the weights could not be set', { where: director, why });
}

/** The hosts that are meant, by names or globs; each must be a real server of a service. */
function namedServers({ services }: Cluster, names: readonly string[]): ReadonlySet<string> {
  const known = [...new Set(services.flatMap(({ realServers }) => realServers.map(({ host }) => host)))];
  for (const name of names) {
    if (known.some(host => globs(name, host))) continue;
    throw new Problem(`no real server is meant by ${name}`, {
      code: exit.usage,
      next: `there are ${known.join(', ')}`,
    });
  }
  return new Set(known.filter(host => names.some(name => globs(name, host))));
}

/** --timeout is the time for connections to end here; how long a host may take to let us in is the inventory's. */
function ownTimeout(input: Input): Input {
  const { values } = input;
  const text = (name: string) => (name === 'timeout' ? undefined : values.text(name));
  const number: typeof values.number = (name, fallback, least) =>
    name === 'timeout' ? fallback : values.number(name, fallback, least);
  return { ...input, values: { ...values, text, number } };
}
