import type { Change, HostPlan } from '../model/change.ts';
import type { Host } from '../model/cluster.ts';
import type { Reporter } from '../model/event.ts';
import { globs } from '../model/glob.ts';
import { canonical } from '../model/json.ts';
import { Problem } from '../model/problem.ts';
import type { Phase } from '../model/timing.ts';
import type { Transport } from '../model/transport.ts';
import { act } from './act.ts';
import { emptyLedger, forget, type Ledger, record, settle, writeLedger } from './ledger.ts';
import {
  addressesOf,
  type Comparing,
  changesOf,
  type HostStage,
  type HostWork,
  look,
  releasesOf,
  removal,
} from './look.ts';
import type { Compared } from './plan.ts';
import { timed } from './stopwatch.ts';

/** What the work on a host needs besides the host. */
export interface HostContext extends Comparing {
  readonly report: Reporter;
  /** Seconds that a host may take until it shows what it was told (a daemon that reloads, say). */
  readonly settle: number;
}

/**
 * One host in one run: read once, planned once, acted on stage by stage, checked after each. All of plan,
 * up, run and down are this, stopped at different places or with other work.
 */
export class HostRun {
  readonly host: Host;
  readonly #work: HostWork;
  readonly #transport: Transport;
  readonly #context: HostContext;
  #ledger: Ledger = emptyLedger;
  #ledgerIsWritten = true;
  #stages: readonly HostStage[] = [];

  constructor(work: HostWork, transport: Transport, context: HostContext) {
    this.host = work.host;
    this.#work = work;
    this.#transport = transport;
    this.#context = context;
  }

  /** Reads the host and compares it with what is wanted. Writes nothing. Takes the lock before, where a holder is named. */
  async plan(holder?: string): Promise<readonly HostPlan[]> {
    const { ledger, stages } = await look(this.#transport, this.#work, this.#context, { lock: holder });
    this.#ledger = ledger;
    this.#stages = stages;
    return stages.flatMap(stage => {
      const changes = changesOf([...stage.replaced, ...stage.compared]);
      return changes.length === 0 ? [] : [{ host: this.host.name, stage: stage.name, changes }];
    });
  }

  /**
   * Does what `plan` found for one stage, then reads again: what still differs is an error. A change may undo
   * what was there already (keepalived lets go of rules that are no longer its own): that is put back, once.
   * Answers the number of changes.
   */
  async act(stage: string, signal?: AbortSignal): Promise<number> {
    const index = this.#stages.findIndex(({ name }) => name === stage);
    const found = this.#stages[index];
    if (found === undefined) return 0;

    let made = await this.#replace(index, found, signal);
    const changes = changesOf(found.compared);
    if (changes.length > 0) {
      if (stage !== removal) this.#record();
      await this.#act(changes, signal);
      const undone = await this.#check(index, changes);
      made += stepped(changes) + undone.length;
      if (undone.length > 0) {
        await this.#act(undone, signal);
        await this.#check(index);
      }
    }
    if (stage === removal) await this.#release();
    return made;
  }

  /** Takes away what a resource of the stage takes the place of, and forgets it: from now on it is another's. */
  async #replace(index: number, { replaced }: HostStage, signal: AbortSignal | undefined): Promise<number> {
    if (replaced.length === 0) return 0;
    const changes = changesOf(replaced);
    if (changes.length > 0) {
      await this.#act(changes, signal);
      await this.#settled(stages => stages[index]?.replaced ?? []);
    }
    this.#keep(forget(this.#ledger, new Set(replaced.map(({ address }) => address))));
    return stepped(changes);
  }

  /** The ledger goes first: what is not yet on record is not yet changed. */
  async #act(changes: readonly Change[], signal: AbortSignal | undefined): Promise<void> {
    const before = this.#ledgerIsWritten ? [] : [writeLedger(this.#ledger)];
    const { name } = this.host;
    await timed(this.#context.meter, name, 'act', () =>
      act(this.#transport, name, changes, before, this.#context.report, signal),
    );
    this.#ledgerIsWritten = true;
  }

  #record(): void {
    const wanted = this.#stages.filter(({ name }) => name !== removal).flatMap(({ compared }) => compared);
    const entries = wanted.map(one => ({
      address: one.address,
      kind: one.kind.name,
      subject: one.subject,
      before: this.#isOurs(one) ? null : (one.from ?? null),
    }));
    this.#keep(record(this.#ledger, this.#work.playbook, entries));
  }

  /** What a resource finds may be the work of one that it replaces: then nothing was there before lvsform. */
  #isOurs({ replaces }: Compared): boolean {
    return this.#ledger.entries.some(entry => replaces.some(one => globs(one, entry.address)));
  }

  /** Last of all, so that a run that broke off can still be finished by the next one. */
  async #release(): Promise<void> {
    const releases = releasesOf(this.#work, this.#ledger);
    this.#keep(settle(this.#ledger, this.#work.playbook, releases, addressesOf(this.#work)));
    if (this.#ledgerIsWritten) return;
    const [result] = await this.#transport.run([writeLedger(this.#ledger)]);
    if (result?.code !== 0) {
      throw new Problem('the ledger could not be written', {
        where: this.host.name,
        why: result?.stderr ?? '',
      });
    }
    this.#ledgerIsWritten = true;
  }

  #keep(ledger: Ledger): void {
    if (canonical(ledger) === canonical(this.#ledger)) return;
    this.#ledger = ledger;
    this.#ledgerIsWritten = false;
  }

  /** Reads again all up to a stage. Answers what differs though it is not among `done`; without it that is an error too. */
  #check(index: number, done?: readonly Change[]): Promise<readonly Change[]> {
    return this.#settled(stages => stages.slice(0, index + 1).flatMap(({ compared }) => compared), done);
  }

  /** Reads again until nothing differs; some of it takes a moment (a daemon loads its file after systemctl has returned). */
  async #settled(
    which: (stages: readonly HostStage[]) => readonly Compared[],
    done?: readonly Change[],
  ): Promise<readonly Change[]> {
    const { report, settle, meter } = this.#context;
    const [host, mine] = [this.host.name, new Set(done?.map(({ address }) => address))];
    report({ event: 'host.checking', host });
    const deadline = performance.now() + settle * 1000;
    for (let phase: Phase = 'check'; ; phase = 'wait') {
      const { stages } = await look(this.#transport, this.#work, this.#context, { phase });
      const { open, left } = outcome(which(stages));
      if (open.length === 0) {
        for (const text of left) report({ event: 'note', host, text });
        return [];
      }
      if (done && open.some(({ address }) => !mine.has(address))) return open;
      if (performance.now() > deadline) throw unsettled(host, open, settle);
      await timed(meter, host, 'wait', () => new Promise(resolve => setTimeout(resolve, 500)));
    }
  }
}

/** How many changes do anything: one that nothing takes back (a command without undo) has no steps. */
function stepped(changes: readonly Change[]): number {
  return changes.filter(({ steps }) => steps.length > 0).length;
}

function unsettled(host: string, open: readonly Change[], settle: number): Problem {
  return new Problem(
    `the host does not keep what was set: ${open.map(({ address }) => address).join(', ')}`,
    {
      where: host,
      why: `read again, ${open.length === 1 ? 'it differs' : 'they differ'} from what is wanted, ${settle} s after the change`,
      next: 'run plan to see the difference; something else on the host may be changing it back',
    },
  );
}

/** What still differs after a change: changes that are still to be made, and words for what may stay. */
function outcome(all: readonly Compared[]): { open: readonly Change[]; left: readonly string[] } {
  const open: Change[] = [];
  const left: string[] = [];
  for (const { kind, subject, from, to, change } of all) {
    if (change === undefined) continue;
    const why = kind.mayStay?.(subject, from, to);
    if (why === undefined) open.push(change);
    else left.push(why);
  }
  return { open, left };
}
