import { readFile } from 'node:fs/promises';
import type { Between, Order, Run } from '../engine/run.ts';
import type { Plan } from '../model/change.ts';
import { canonical } from '../model/json.ts';
import { exit, Problem } from '../model/problem.ts';
import { withoutSecrets } from '../report/plan-json.ts';
import { summary } from '../report/summary.ts';
import { counted } from '../report/text.ts';
import type { Input } from './command.ts';
import { confirm } from './confirm.ts';

/** What is taken care of where a plan changes directors. */
export interface Care extends Order {
  /** Throws where the plan should not be done; each reason is reported. */
  demand(): void;
  /** Waits until the directors that have changed are healthy, before others change; a director that stays sick stops the run. */
  between: Between;
  close(): Promise<void>;
}

/** Shows a run's plan, asks, applies it with care and says what was made. Answers the number of changes. */
export async function showAndApply(input: Input, run: Run, care?: Care): Promise<number> {
  const { output } = input;
  if (run.plan.hosts.length === 0) {
    output.print(`${summary(run.plan)}\n`);
    return output.watching(() => run.apply());
  }
  const { planText } = await import('../report/plan-text.ts');
  output.print(`${planText(run.plan, output.paint)}\n\n`);
  care?.demand();
  await confirm(input, 'Do this?');
  const made = await output.watching(() => run.apply(care));
  const hosts = new Set(run.plan.hosts.map(({ host }) => host)).size;
  output.print(
    `${output.paint.good('Done')}: ${counted(made, 'change')} made on ${counted(hosts, 'host')}; read again, nothing is left to do.\n`,
  );
  return made;
}

/** A saved plan must still be what would be done now: compared before the first write. */
export function demandFits(file: string, saved: Plan, plan: Plan): void {
  const now = JSON.parse(JSON.stringify(withoutSecrets(plan))) as Plan;
  if (canonical(saved.hosts) === canonical(now.hosts)) return;
  const keys = (of: Plan) =>
    new Map(
      of.hosts.flatMap(({ host, changes }) =>
        changes.map(change => [`${host} ${change.address}`, canonical(change)]),
      ),
    );
  const [then, today] = [keys(saved), keys(now)];
  const differing = [...new Set([...then.keys(), ...today.keys()])].filter(
    key => then.get(key) !== today.get(key),
  );
  throw new Problem('the saved plan no longer fits: nothing was changed', {
    where: file,
    why: `the hosts or the inventory changed since it was made: ${differing.slice(0, 8).join(', ') || 'the order of the changes'}`,
    next: 'make a new plan, read it, and apply that',
  });
}

/** Reads a saved plan; what is none is bad input. */
export async function readPlan(file: string): Promise<Plan> {
  const bad = (why: string) =>
    new Problem('this is not a saved plan', {
      code: exit.input,
      where: file,
      why,
      next: 'plan --out FILE makes one',
    });
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw bad(error.code === 'ENOENT' ? 'there is no such file' : error.message);
  });
  try {
    const plan = JSON.parse(text) as Plan & { v?: number };
    if (plan.v === 1 && Array.isArray(plan.hosts) && plan.hosts.every(host => Array.isArray(host?.changes))) {
      return plan;
    }
  } catch {
    throw bad('it is not JSON');
  }
  throw bad('it is not of this version');
}
