import type { Run } from '../engine/run.ts';
import type { Host } from '../model/cluster.ts';
import { exit, Problem, view } from '../model/problem.ts';
import { objections, unready } from '../verify/directors/change.ts';
import { deafness, deafOf } from '../verify/directors/deaf.ts';
import { nobodyAnswers } from '../verify/directors/first.ts';
import { preflight } from '../verify/directors/preflight.ts';
import { newcomers } from '../verify/directors/segments.ts';
import { readStandings, type Standing } from '../verify/directors/standing.ts';
import { pause } from '../verify/pause.ts';
import type { Care } from './apply.ts';
import type { Input } from './command.ts';
import { directorsOf, reach } from './reach.ts';
import type { Session } from './session.ts';
import { Standstill } from './standstill.ts';

/** Seconds that a changed director has to show that it is healthy; its checks may need a round more. */
const patience = 15;

/** Reads the directors and judges a plan that changes some of them. Writes nothing. */
export async function careOf(input: Input, session: Session, run: Run): Promise<Care> {
  const { cluster, options } = session;
  const directors = directorsOf(cluster.hosts);
  const lent = (host: string) => run.transport(host);
  const coming = newcomers(cluster, run.plan).filter(({ host }) => session.hosts.includes(host));
  const near = coming.length === 0 ? [] : session.hosts.filter(host => !directors.includes(host));
  const reached = await reach(session, [...directors, ...near], lent, true);
  try {
    const { transportOf, unreached } = reached;
    const answering = (hosts: readonly Host[]) =>
      hosts.map(({ name }) => name).filter(name => !unreached.includes(name));
    const read = () => readStandings(answering(directors), transportOf);
    const [before, found] = await Promise.all([
      read(),
      coming.length === 0
        ? []
        : preflight(cluster, coming, answering([...directors, ...near]), transportOf, options.report),
    ]);
    const accepts = input.values.flag('accept-gap');
    const met = new Set(session.hosts.map(({ name }) => name));
    const gaps = accepts
      ? []
      : [...objections(cluster, run.plan, before, unreached), ...deafness(cluster, run.plan, before, met)];
    const deaf = deafOf(cluster, run.plan, before);
    const standstill = deaf && new Standstill(deaf, run.plan, transportOf, options.report);
    return {
      demand() {
        refuse([...found, ...gaps], input);
        standstill?.tell();
      },
      async between(next, changed, wave) {
        await ready(session, before, read, next, standstill?.working(changed) ?? changed);
        if (wave !== undefined) await standstill?.before(wave, next);
      },
      idle: nobodyAnswers(cluster, before, unreached),
      ...(standstill && { last: (host: string, wave: string) => standstill.comesLast(host, wave) }),
      close: () => (standstill?.end() ?? Promise.resolve()).finally(() => reached.close()),
    };
  } catch (error) {
    await reached.close();
    throw error;
  }
}

function refuse(problems: readonly Problem[], { output }: Input): void {
  const [first, ...others] = problems;
  if (first === undefined) return;
  if (others.length === 0) throw first;
  for (const problem of problems) output.report({ event: 'problem', error: view(problem) });
  throw new Problem(`the plan is refused for ${problems.length} reasons: nothing was changed`, {
    code: exit.failed,
  });
}

/** Nobody relies on directors that lvsform has never brought up: the first of all waits for nothing. */
async function ready(
  { cluster, options }: Session,
  before: readonly Standing[],
  read: () => Promise<readonly Standing[]>,
  next: readonly string[],
  done: readonly string[],
): Promise<void> {
  const changed = before.map(({ director }) => director).filter(name => done.includes(name));
  const relied = before.filter(each => each.established).map(({ director }) => director);
  const coming = relied.filter(name => next.includes(name));
  if (changed.length === 0 || (next.length > 0 ? coming.length === 0 : relied.length === 0)) return;
  const round = Math.max(0, ...cluster.services.map(({ delayLoop }) => delayLoop));
  const deadline = performance.now() + (patience + Math.min(round, 60)) * 1000;
  for (;;) {
    const faults = unready(cluster, before, await read(), changed);
    if (faults.length === 0) return;
    if (performance.now() > deadline) {
      throw new Problem(
        coming.length === 0
          ? 'the directors are not healthy after their change'
          : `${changed.join(' and ')} changed and ${changed.length === 1 ? 'is' : 'are'} not healthy: ${coming.join(' and ')} is left as it was`,
        {
          why: faults.join('\n'),
          next: 'look at journalctl -u keepalived there, mend the cause and run the same command again: it goes on from here',
        },
      );
    }
    options.signal?.throwIfAborted();
    await pause(0.5);
  }
}
