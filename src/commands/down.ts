import { removal } from '../engine/look.ts';
import { Run } from '../engine/run.ts';
import { type ExitCode, exit } from '../model/problem.ts';
import { showAndApply } from './apply.ts';
import type { Input } from './command.ts';
import { sitePlaybook } from './places.ts';
import { holder, openSession } from './session.ts';

/**
 * Wants nothing: every entry of the ledgers goes back to its state from before. Hosts go in the reverse order of
 * the stages that made them, so directors leave before the RS behind them.
 */
export async function run(input: Input): Promise<ExitCode> {
  const { values, output } = input;
  const session = await openSession(input);
  try {
    const playbook = values.text('playbook');
    const { program, render } = await session.program(playbook ?? sitePlaybook);
    const { hosts, inventory, options } = session;
    const works = hosts.map(host => ({
      host,
      stages: [],
      playbook: program.playbook,
      releases: playbook === undefined ? ('all' as const) : new Set([program.playbook]),
    }));
    const last = new Map(
      program.stages.flatMap((stage, index) =>
        stage.hosts.map(({ host }): [string, number] => [host.name, index]),
      ),
    );
    const order = [...new Set(hosts.map(({ name }) => last.get(name) ?? -1))].sort((a, b) => b - a);
    const waves = order.map(index => ({
      name: program.stages[index]?.name ?? 'other hosts',
      steps: hosts
        .filter(({ name }) => (last.get(name) ?? -1) === index)
        .map(({ name: host }) => ({ host, stage: removal })),
    }));
    const opened = await output.watching(() =>
      Run.open({ playbook: program.playbook, inventory }, works, waves, {
        ...options,
        render,
        holder: holder(),
      }),
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
