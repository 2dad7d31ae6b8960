import type { Run } from '../engine/run.ts';
import { type Care, showAndApply } from './apply.ts';
import type { Input } from './command.ts';
import { directorsOf } from './reach.ts';
import type { Session } from './session.ts';

/** The care that a run needs; none where it changes no director, which then costs nothing. */
export async function careFor(input: Input, session: Session, run: Run): Promise<Care | undefined> {
  const directors = new Set(directorsOf(session.cluster.hosts).map(({ name }) => name));
  if (!run.plan.hosts.some(({ host }) => directors.has(host))) return undefined;
  const { careOf } = await import('./care.ts');
  return careOf(input, session, run);
}

/** Shows and applies a run's plan; where it changes directors, with care. Answers the number of changes. */
export async function withCare(input: Input, session: Session, run: Run): Promise<number> {
  const care = await input.output.watching(() => careFor(input, session, run));
  try {
    return await showAndApply(input, run, care);
  } finally {
    await care?.close();
  }
}
