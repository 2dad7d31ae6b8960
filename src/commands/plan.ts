import { rename, rm, writeFile } from 'node:fs/promises';
import { type ExitCode, exit, Problem } from '../model/problem.ts';
import { quote } from '../model/quote.ts';
import { planJson } from '../report/plan-json.ts';
import { planSh } from '../report/plan-sh.ts';
import { usage } from './arguments.ts';
import type { Input } from './command.ts';
import { sitePlaybook } from './places.ts';
import { openRun, openSession } from './session.ts';
import { careFor } from './with-care.ts';

/** Shows what `up` would do. Takes no lock and writes nothing on any host. */
export async function run(input: Input): Promise<ExitCode> {
  const { values, output } = input;
  const format = values.text('format') ?? 'text';
  if (!['text', 'json', 'sh'].includes(format)) throw usage('--format takes text, json or sh');
  if (output.json && format !== 'text')
    throw usage(`--json prints events, --format ${format} another thing: give one`);
  const session = await openSession(input);
  try {
    const work = await session.program(values.text('playbook') ?? sitePlaybook);
    const { made, care } = await output.watching(async () => {
      const opened = await openRun(session, work, false);
      try {
        return { made: opened.plan, care: await careFor(input, session, opened) };
      } finally {
        await opened.close();
      }
    });
    await care?.close();
    const plan = output.hidden(made);
    const file = values.text('out');
    if (file !== undefined) await save(file, planJson(plan));
    if (format === 'json') output.raw(planJson(plan));
    else if (format === 'sh') output.raw(planSh(plan, argv => argv.map(quote).join(' ')));
    else {
      const { planText } = await import('../report/plan-text.ts');
      output.print(`${planText(plan, output.paint)}\n`);
    }
    care?.demand();
    return values.flag('detailed-exitcode') && plan.hosts.length > 0 ? exit.changes : exit.ok;
  } finally {
    await session.close();
  }
}

/** Readable for nobody else from its first byte; whoever has the old file open keeps the old one. */
async function save(file: string, text: string): Promise<void> {
  const fresh = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(fresh, text, { mode: 0o600, flag: 'wx' });
    await rename(fresh, file);
  } catch (error) {
    await rm(fresh, { force: true });
    throw new Problem('the plan could not be saved', {
      where: file,
      why: error instanceof Error ? error.message : String(error),
    });
  }
}
