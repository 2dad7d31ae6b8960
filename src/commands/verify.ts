import { demand, forEach } from '../engine/parallel.ts';
import { lock } from '../engine/run.ts';
import { timed } from '../engine/stopwatch.ts';
import { type ExitCode, exit, Problem } from '../model/problem.ts';
import type { Transport } from '../model/transport.ts';
import { rulesText } from '../report/rules-text.ts';
import { failoverText, verdictsText } from '../report/verify-text.ts';
import { failover } from '../verify/failover.ts';
import { verifyRules } from '../verify/rules.ts';
import { verify } from '../verify/verify.ts';
import type { Input } from './command.ts';
import { holder, openSession, type Session } from './session.ts';

/** Asks the services from the clients, and says whether each does what the inventory says. */
export async function run(input: Input): Promise<ExitCode> {
  const session = await openSession(input);
  try {
    return await verifySession(input, session, undefined, exit.failed);
  } finally {
    await session.close();
  }
}

/** The same over an open session; `up` ends with it and lends the connections that it has. */
export async function verifySession(
  input: Input,
  session: Session,
  lent: (host: string) => Transport | undefined = () => undefined,
  unasked: ExitCode = exit.ok,
): Promise<ExitCode> {
  const { output, values } = input;
  const { meter } = session.options;
  const cluster = withRequests(session, values.number('requests', 0, 1));
  const meant = new Set(session.hosts.map(({ name }) => name));
  const clients = cluster.hosts.filter(host => host.roles.includes('client') && meant.has(host.name));
  const directors = cluster.hosts.filter(host => host.roles.includes('director'));
  if (clients.length === 0) {
    output.report({ event: 'note', text: 'no client is meant: nothing was verified' });
    return unasked;
  }
  const proxies = cluster.hosts.filter(host => host.roles.includes('proxy'));
  const narrowed = { ...cluster, hosts: [...new Set([...directors, ...proxies, ...clients])] };
  const own = new Map<string, Transport>();
  try {
    const missing = narrowed.hosts.filter(({ name }) => lent(name) === undefined);
    const outcomes = await forEach(missing, session.options.parallel, async host => {
      const login = () => session.options.connect(host);
      own.set(host.name, await timed(meter, host.name, 'login', login));
    });
    demand(outcomes, host => host.name, output.report);
    const transportOf = (host: string): Transport => {
      const transport = lent(host) ?? own.get(host);
      if (transport === undefined) throw new Problem('the host is not connected', { where: host });
      return {
        ...transport,
        run: (batch, how) => timed(meter, host, 'verify', () => transport.run(batch, how)),
      };
    };
    const verdicts = await output.watching(() => verify(narrowed, transportOf, output.report, input.signal));
    output.print(verdictsText(verdicts, output.paint));
    const rules = await output.watching(() =>
      verifyRules(narrowed, transportOf, output.report, input.signal),
    );
    output.print(rulesText(rules, output.paint));
    if (verdicts.length + rules.length === 0) return unasked;
    const failed = [...verdicts, ...rules].some(({ faults }) => faults.length > 0);
    if (failed || !values.flag('failover')) return failed ? exit.failed : exit.ok;
    for (const host of directors) await lock(transportOf(host.name), host, holder());
    const seen = await output.watching(() => failover(narrowed, transportOf, 12, input.signal));
    output.report({
      event: 'failover.done',
      result: { ...seen, away: { ...seen.away }, back: { ...seen.back } },
    });
    output.print(failoverText(seen, output.paint));
    return seen.faults.length === 0 ? exit.ok : exit.failed;
  } finally {
    await Promise.all([...own.values()].map(transport => transport.close()));
  }
}

function withRequests({ cluster }: Session, requests: number) {
  if (requests === 0) return cluster;
  return {
    ...cluster,
    services: cluster.services.map(service => ({ ...service, verify: { ...service.verify, requests } })),
  };
}
