import { type ExitCode, exit } from '../model/problem.ts';
import { statusText } from '../report/status-text.ts';
import { readStandings } from '../verify/directors/standing.ts';
import { statusOf } from '../verify/directors/status.ts';
import { explainOut } from '../verify/out-of-service.ts';
import type { Input } from './command.ts';
import { directorsOf, reach } from './reach.ts';
import { openSession } from './session.ts';

/** Says who is MASTER of each VIP, and what each director's table holds. Writes nothing, asks no service. */
export async function run(input: Input): Promise<ExitCode> {
  const { output } = input;
  const session = await openSession(input);
  try {
    const directors = directorsOf(session.cluster.hosts);
    const reached = await output.watching(() => reach(session, directors, undefined, true));
    try {
      const { transportOf, unreached } = reached;
      const asked = directors.map(({ name }) => name).filter(name => !unreached.includes(name));
      const standings = await readStandings(asked, transportOf);
      const { out, ...status } = statusOf(session.cluster, standings, unreached);
      const full = { ...status, faults: [...status.faults, ...(await explainOut(out, transportOf))] };
      output.report({ event: 'status.done', result: JSON.parse(JSON.stringify(full)) });
      output.print(statusText(full, output.paint));
      if (unreached.length > 0) return exit.unreachable;
      return full.faults.length === 0 ? exit.ok : exit.failed;
    } finally {
      await reached.close();
    }
  } finally {
    await session.close();
  }
}
