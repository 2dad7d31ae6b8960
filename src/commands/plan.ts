import { writeFile } from 'node:fs/promises';
import { type ExitCode, exit } from '../model/problem.ts';
import { planJson } from '../report/plan-json.ts';
import { planSh } from '../report/plan-sh.ts';
import { planText } from '../report/plan-text.ts';
import { quote } from '../transport/quote.ts';
import { usage } from './arguments.ts';
import type { Input } from './command.ts';
import { sitePlaybook } from './places.ts';
import { openRun, openSession } from './session.ts';

/** Shows what `up` would do. Takes no lock and writes nothing on any host. */
export async function run(input: Input): Promise<ExitCode> {
  const { values, output } = input;
  const format = values.text('format') ?? 'text';
  if (!['text', 'json', 'sh'].includes(format)) throw usage('--format takes text, json or sh');
  const session = await openSession(input);
  try {
    const work = await session.program(values.text('playbook') ?? sitePlaybook);
    const { plan, close } = await output.watching(async () => {
      const opened = await openRun(session, work, false);
      return { plan: opened.plan, close: () => opened.close() };
    });
    await close();
    const file = values.text('out');
    if (file !== undefined) await writeFile(file, planJson(plan), { mode: 0o600 });
    if (format === 'json') output.raw(planJson(plan));
    else if (format === 'sh') output.raw(planSh(plan, argv => argv.map(quote).join(' ')));
    else output.print(`${planText(plan, output.paint)}\n`);
    return values.flag('detailed-exitcode') && plan.hosts.length > 0 ? exit.changes : exit.ok;
  } finally {
    await session.close();
  }
}
