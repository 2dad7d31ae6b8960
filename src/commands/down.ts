import { Run } from '../engine/run.ts';
import { downwards } from '../engine/schedule.ts';
import { type ExitCode, exit } from '../model/problem.ts';
import { showAndApply } from './apply.ts';
import type { Input } from './command.ts';
import { sitePlaybook } from './places.ts';
import { holder, openSession } from './session.ts';

/** Takes away what lvsform made, and restores what was there before. */
export async function run(input: Input): Promise<ExitCode> {
  const { values, output } = input;
  const session = await openSession(input);
  try {
    const playbook = values.text('playbook');
    const { program, render } = await session.program(playbook ?? sitePlaybook);
    const { hosts, inventory, options } = session;
    const schedule = downwards(program, hosts, playbook === undefined ? 'all' : new Set([program.playbook]));
    const opened = await output.watching(() =>
      Run.open({ playbook: program.playbook, inventory }, schedule, { ...options, render, holder: holder() }),
    );
    try {
      await showAndApply(input, opened);
    } finally {
      await opened.close();
    }
    return exit.ok;
  } finally {
    await session.close();
  }
}
