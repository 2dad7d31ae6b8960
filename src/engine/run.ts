import type { HostPlan, Plan } from '../model/change.ts';
import type { Host } from '../model/cluster.ts';
import { exit, Problem } from '../model/problem.ts';
import { LockHeld, type Transport } from '../model/transport.ts';
import { type HostContext, HostRun } from './host-run.ts';
import { type HostWork, removal } from './look.ts';
import { demand, forEach, unlessAborted } from './parallel.ts';
import type { Schedule, Wave } from './schedule.ts';
import { timed } from './stopwatch.ts';

/** What a run needs besides its schedule. */
export interface RunOptions extends HostContext {
  /** Hosts at the same time. */
  readonly parallel: number;
  /** Nothing will be applied: each host is let go as soon as it was read, and no more of them are held open than are read at once. */
  readonly readOnly?: boolean;
  /** Seconds to wait for a lock that another has. */
  readonly lockTimeout?: number;
  readonly signal?: AbortSignal;
}

/** What is done between two waves: `next` are about to change, `changed` have; `wave` is what comes, and undefined at the end. */
export type Between = (
  next: readonly string[],
  changed: readonly string[],
  wave: string | undefined,
) => Promise<void>;

/** How waves follow each other, where it is not simply one after the other. */
export interface Order {
  readonly between?: Between;
  /** Hosts whose part in a wave comes after all other waves. */
  readonly last?: (host: string, wave: string) => boolean;
  /** Nobody is served yet: where the playbook allows it, no host waits for another. */
  readonly idle?: boolean;
}

/** All hosts of one run: opened (connected, locked, read, planned), perhaps applied, closed. */
export class Run {
  readonly plan: Plan;
  readonly #hosts: ReadonlyMap<string, { run: HostRun; transport: Transport }>;
  readonly #waves: readonly Wave[];
  readonly #atOnceWhileIdle: boolean;
  readonly #options: RunOptions;

  private constructor(
    plan: Plan,
    hosts: ReadonlyMap<string, { run: HostRun; transport: Transport }>,
    { waves, atOnceWhileIdle = false }: Schedule,
    options: RunOptions,
  ) {
    this.plan = plan;
    this.#hosts = hosts;
    this.#waves = waves;
    this.#atOnceWhileIdle = atOnceWhileIdle;
    this.#options = options;
  }

  /** Reads and plans every host. If one of them cannot be read, nothing is written anywhere. */
  static async open(
    names: { readonly playbook: string; readonly inventory: string },
    schedule: Schedule,
    options: RunOptions,
  ): Promise<Run> {
    const { works, waves } = schedule;
    const opened = new Map<string, { run: HostRun; transport: Transport }>();
    const leaving: Promise<void>[] = [];
    try {
      const outcomes = await forEach(works, options.parallel, async work => {
        options.signal?.throwIfAborted();
        options.report({ event: 'host.connecting', host: work.host.name });
        const transport = await timed(options.meter, work.host.name, 'login', () =>
          unlessAborted(options.connect(work.host), options.signal),
        );
        const run = new HostRun(work, transport, options);
        opened.set(work.host.name, { run, transport });
        options.report({ event: 'host.reading', host: work.host.name, resources: count(work) });
        const plans = await planLocked(run, options);
        if (options.readOnly) {
          opened.delete(work.host.name);
          leaving.push(transport.close());
        }
        const changes = plans.reduce((sum, plan) => sum + plan.changes.length, 0);
        options.report({ event: 'host.planned', host: work.host.name, changes });
        return plans;
      });
      demand(outcomes, work => work.host.name, options.report);

      const plans = new Map(
        outcomes
          .flatMap(outcome => ('value' in outcome ? outcome.value : []))
          .map(plan => [`${plan.host} ${plan.stage}`, plan]),
      );
      const ordered = waves.flatMap(({ steps }) =>
        steps.flatMap(({ host, stage }) => plans.get(`${host} ${stage}`) ?? []),
      );
      const plan = { ...names, hosts: ordered };
      options.report({ event: 'plan.made', plan });
      await Promise.all(leaving);
      return new Run(plan, opened, schedule, options);
    } catch (error) {
      await Promise.all([...leaving, closeAll([...opened.values()])]);
      throw error;
    }
  }

  /**
   * Acts wave by wave; a wave in which a host fails is the last one. `between` is asked before each wave that changes
   * something, with its hosts and those that have changed, and after the last one; a Problem of it ends the run. Answers the number of changes made.
   */
  async apply({
    between = async () => undefined,
    last = () => false,
    idle = false,
  }: Order = {}): Promise<number> {
    const { report, parallel, signal } = this.#options;
    const changed = new Map<string, number>();
    for (const { name, steps } of idle && this.#atOnceWhileIdle
      ? together(this.#waves)
      : ordered(this.#waves, last)) {
      const busy = steps.filter(({ host }) => this.#hosts.has(host));
      const now = new Set(busy.map(({ host, stage }) => `${host} ${stage}`));
      const planned = this.plan.hosts.filter(({ host, stage }) => now.has(`${host} ${stage}`));
      const next = [...new Set(planned.map(({ host }) => host))];
      if (next.length > 0) {
        await between(next, [...changed.keys()], name);
        report({ event: 'stage.started', stage: name, hosts: next });
      }
      const outcomes = await forEach([...stagesOf(busy)], parallel, async ([host, stages]) => {
        let made = 0;
        for (const stage of stages) {
          signal?.throwIfAborted();
          made +=
            (await this.#hosts.get(host)?.run.act(stage, name => this.#elsewhere(host, name), signal)) ?? 0;
        }
        if (made > 0) {
          changed.set(host, (changed.get(host) ?? 0) + made);
          report({ event: 'host.done', host, changed: made });
        }
      });
      demand(outcomes, ([host]) => host, report);
      signal?.throwIfAborted();
    }
    await between([], [...changed.keys()], undefined);
    return [...changed.values()].reduce((sum, made) => sum + made, 0);
  }

  async #elsewhere(host: string, name: string): Promise<boolean> {
    const others = [...this.#hosts.values()].filter(({ run }) => run.host.name !== host);
    for (const { run } of others) if (await run.holds(name)) return true;
    return false;
  }

  /** The open connection of a host, for what a run does besides its plan (verify). */
  transport(host: string): Transport | undefined {
    return this.#hosts.get(host)?.transport;
  }

  async close(): Promise<void> {
    await closeAll([...this.#hosts.values()]);
  }
}

/** What comes last is still before what nobody wants any more goes. */
function ordered(waves: readonly Wave[], last: (host: string, wave: string) => boolean): readonly Wave[] {
  const part = ({ name, steps }: Wave, isLast: boolean): readonly Wave[] => {
    const mine = steps.filter(({ host }) => last(host, name) === isLast);
    return mine.length === 0 ? [] : [{ name, steps: mine }];
  };
  const [making, leaving] = [
    waves.filter(one => one.name !== removal),
    waves.filter(one => one.name === removal),
  ];
  return [...making.flatMap(one => part(one, false)), ...making.flatMap(one => part(one, true)), ...leaving];
}

/** What each host does in a wave, one stage after the other. */
function stagesOf(steps: Wave['steps']): ReadonlyMap<string, readonly string[]> {
  const stages = new Map<string, string[]>();
  for (const { host, stage } of steps) stages.set(host, [...(stages.get(host) ?? []), stage]);
  return stages;
}

/** All waves as one, and then what nobody wants any more. */
function together(waves: readonly Wave[]): readonly Wave[] {
  const making = waves.filter(one => one.name !== removal);
  const all = { name: 'all stages, each host by itself', steps: making.flatMap(({ steps }) => steps) };
  return [...(making.length === 0 ? [] : [all]), ...waves.filter(one => one.name === removal)];
}

/** Plans a host, once its lock is to be had; waits for it no longer than it may. */
async function planLocked(run: HostRun, options: RunOptions): Promise<readonly HostPlan[]> {
  const { lockTimeout = 0, signal, report } = options;
  const deadline = performance.now() + lockTimeout * 1000;
  for (let told = ''; ; ) {
    try {
      return await unlessAborted(run.plan(), signal);
    } catch (error) {
      if (!(error instanceof LockHeld)) throw error;
      if (performance.now() >= deadline) throw locked(run.host, error.holder, lockTimeout);
      if (told !== error.holder) {
        report({ event: 'note', host: run.host.name, text: `waits for its lock, held by ${error.holder}` });
      }
      told = error.holder;
      await unlessAborted(new Promise(resolve => setTimeout(resolve, 500)), signal);
    }
  }
}

/** Takes the lock of a host for as long as the transport lives; a Problem of exit code 5 names who has it. */
export async function lock(transport: Transport, host: Host, holder: string): Promise<void> {
  const other = await transport.lock(holder);
  if (other !== undefined) throw locked(host, other);
}

function locked(host: Host, holder: string, waited = 0): Problem {
  return new Problem('another run is at work on this host', {
    code: exit.locked,
    where: host.name,
    why: `the lock is held by ${holder}${waited === 0 ? '' : `; waited ${waited} s for it`}`,
    next: 'wait until it is done (--lock-timeout SECONDS waits here); the lock goes with the session that holds it, 40 s after that was cut off',
  });
}

function count(work: HostWork): number {
  return work.stages.reduce((sum, stage) => sum + stage.resources.length, 0);
}

async function closeAll(hosts: readonly { transport: Transport }[]): Promise<void> {
  await Promise.all(hosts.map(({ transport }) => transport.close()));
}
