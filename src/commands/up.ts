import { type ExitCode, exit } from '../model/problem.ts';
import { demandFits, readPlan } from './apply.ts';
import type { Input } from './command.ts';
import { sitePlaybook } from './places.ts';
import { openRun, openSession } from './session.ts';
import { verifySession } from './verify.ts';
import { withCare } from './with-care.ts';

/** Plans, asks, applies, reads again, verifies. */
export async function run(input: Input): Promise<ExitCode> {
  const { values, output, args } = input;
  const [planFile] = args;
  const saved = planFile === undefined ? undefined : await readPlan(planFile);
  const session = await openSession(input);
  try {
    const work = await session.program(values.text('playbook') ?? sitePlaybook);
    const opened = await output.watching(() => openRun(session, work, true));
    try {
      if (planFile !== undefined && saved !== undefined)
        demandFits(planFile, saved, output.hidden(opened.plan));
      await withCare(input, session, opened);
      if (values.flag('no-verify')) return exit.ok;
      return await verifySession(input, session, host => opened.transport(host));
    } finally {
      await opened.close();
    }
  } finally {
    await session.close();
  }
}
