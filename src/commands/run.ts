import { type ExitCode, exit } from '../model/problem.ts';
import { usage } from './arguments.ts';
import type { Input } from './command.ts';
import { openRun, openSession } from './session.ts';
import { withCare } from './with-care.ts';

/** Does what a playbook says: up without the verification of services. */
export async function run(input: Input): Promise<ExitCode> {
  const [playbook] = input.args;
  if (playbook === undefined) throw usage('run takes one playbook: lvsform run PLAYBOOK');
  const session = await openSession(input);
  try {
    const work = await session.program(playbook);
    const opened = await input.output.watching(() => openRun(session, work, true));
    try {
      await withCare(input, session, opened);
    } finally {
      await opened.close();
    }
    return exit.ok;
  } finally {
    await session.close();
  }
}
