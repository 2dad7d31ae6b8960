import type { Change, HostPlan } from '../model/change.ts';
import type { Host } from '../model/cluster.ts';
import type { Reporter } from '../model/event.ts';
import { globs } from '../model/glob.ts';
import { equal } from '../model/json.ts';
import type { Answers, Ask } from '../model/probe.ts';
import { Problem } from '../model/problem.ts';
import type { Phase } from '../model/timing.ts';
import type { Transport } from '../model/transport.ts';
import { StepFailure } from './act.ts';
import { actArmed } from './armed.ts';
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
import { meetUndo } from './met-undo.ts';
import { madeOf, withCopies } from './other-hand.ts';
import { unlessAborted } from './parallel.ts';
import type { Compared } from './plan.ts';
import { read } from './read.ts';
import { groupOf, rollBack } from './roll-back.ts';
import { timed } from './stopwatch.ts';
import { outcome, Unsettled } from './unsettled.ts';
import { holds, Lost, Watch } from './watch.ts';

/** What the work on a host needs besides the host. */
export interface HostContext extends Comparing {
  readonly report: Reporter;
  /** Seconds that a host may take until it shows what it was told (a daemon that reloads, say). */
  readonly settle: number;
  /** Seconds for which it is watched, at most, whether what services hold for others outlives their change. */
  readonly watch: number;
  /** Logs in. */
  connect(host: Host): Promise<Transport>;
  /** Seconds after which a host undoes what may have cut us off, unless a new login confirms it. */
  readonly confirmTimeout: number;
  /** Given for runs that write: who to name to others that want the same hosts meanwhile. */
  readonly holder?: string;
}

/** Whether another host of the run holds something, by the name of its sign. */
export type Elsewhere = (name: string) => Promise<boolean>;

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

  /**
   * Reads the host and compares it with what is wanted, once it has the host's lock where the run writes. Writes nothing, but
   * that a run that writes takes a timed undo away.
   */
  async plan(): Promise<readonly HostPlan[]> {
    const { report, holder } = this.#context;
    let seen = await look(this.#transport, this.#work, this.#context, { lock: holder });
    if (seen.undo !== undefined) {
      const left = { host: this.host.name, transport: this.#transport, undo: seen.undo, report };
      if (await meetUndo(left, holder !== undefined))
        seen = await look(this.#transport, this.#work, this.#context);
    }
    const { ledger, stages } = seen;
    this.#ledger = ledger;
    // Who takes everything away takes the copies too.
    this.#stages = this.#work.stages.length === 0 ? stages : withCopies(stages, ledger);
    return this.#stages.flatMap(stage => {
      const changes = changesOf([...stage.replaced, ...stage.compared]);
      return changes.length === 0 ? [] : [{ host: this.host.name, stage: stage.name, changes }];
    });
  }

  /**
   * Does what `plan` found for one stage, then reads again: what still differs is an error. A change may undo
   * what was there already (keepalived lets go of rules that are no longer its own): that is put back, once. A service that
   * does not come through its change takes on again what it had before. Answers the number of changes.
   */
  async act(stage: string, elsewhere: Elsewhere, signal?: AbortSignal): Promise<number> {
    const index = this.#stages.findIndex(({ name }) => name === stage);
    const found = this.#stages[index];
    if (found === undefined) return 0;

    let made = await this.#replace(index, found, signal);
    const changes = changesOf(found.compared);
    if (changes.length > 0) {
      if (stage !== removal) this.#record();
      const watch = await Watch.begin(found.compared, {
        host: this.host.name,
        ask: asks => this.#ask(asks),
        elsewhere,
        longest: this.#context.watch,
        signal,
      });
      try {
        made += await this.#make(index, changes, signal);
        await watch.end();
      } catch (error) {
        throw stage === removal ? error : await this.#undone(index, error, watch);
      }
    }
    if (stage === removal) await this.#release();
    return made;
  }

  /** Whether a service of this host holds something now, by the name of its sign. */
  async holds(name: string): Promise<boolean> {
    const signs = this.#stages.flatMap(({ compared }) => compared.flatMap(one => one.holds));
    const sign = signs.find(one => one.name === name);
    return sign !== undefined && holds(sign, await this.#ask(sign.asks));
  }

  async #make(index: number, changes: readonly Change[], signal: AbortSignal | undefined): Promise<number> {
    await this.#act(changes, signal);
    const undone = await this.#check(index, signal, changes);
    if (undone.length > 0) {
      await this.#act(undone, signal);
      await this.#check(index, signal);
    }
    return stepped(changes) + undone.length;
  }

  /** What to throw for an error: where it came of a service's change, that is undone first. */
  async #undone(index: number, error: unknown, watch: Watch): Promise<unknown> {
    const failed = failedOf(error);
    const compared = this.#stages.slice(0, index + 1).flatMap(stage => stage.compared);
    const members = groupOf(failed, compared);
    if (members.length === 0 || !(error instanceof Problem)) return error;
    const { kinds, settle, report } = this.#context;
    const host = this.host.name;
    report({ event: 'note', host, text: `${error.message}: what it belongs to is undone` });
    return rollBack(members, error, {
      host,
      kinds,
      watch,
      settle,
      ask: asks => this.#ask(asks),
      act: changes => this.#act(changes, undefined),
    });
  }

  #ask(asks: readonly Ask[]): Promise<Answers> {
    return read(this.#transport, this.host.name, asks);
  }

  /** Takes away what a resource of the stage takes the place of, and forgets it: from now on it is another's. */
  async #replace(index: number, { replaced }: HostStage, signal: AbortSignal | undefined): Promise<number> {
    if (replaced.length === 0) return 0;
    const changes = changesOf(replaced);
    if (changes.length > 0) {
      await this.#act(changes, signal);
      await this.#settled(stages => stages[index]?.replaced ?? [], signal);
    }
    this.#keep(forget(this.#ledger, new Set(replaced.map(({ address }) => address))));
    return stepped(changes);
  }

  /** The ledger goes first: what is not yet on record is not yet changed. */
  async #act(changes: readonly Change[], signal: AbortSignal | undefined): Promise<void> {
    const before = this.#ledgerIsWritten ? [] : [writeLedger(this.#ledger)];
    const hands = { ...this.#context, host: this.host, transport: this.#transport };
    await timed(this.#context.meter, this.host.name, 'act', () => actArmed(hands, changes, before, signal));
    this.#ledgerIsWritten = true;
  }

  #record(): void {
    const wanted = this.#stages
      .filter(({ name }) => name !== removal)
      .flatMap(({ compared }) => compared)
      .filter(({ kind }) => !kind.passing);
    const last = new Map(this.#ledger.entries.map(({ address, made }) => [address, made]));
    const entries = wanted.map(one => {
      const made = madeOf(one, last.get(one.address));
      return {
        address: one.address,
        kind: one.kind.name,
        subject: one.subject,
        before: this.#isOurs(one) ? null : (one.from ?? null),
        ...(made && { made }),
      };
    });
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
    if (equal(ledger, this.#ledger)) return;
    this.#ledger = ledger;
    this.#ledgerIsWritten = false;
  }

  /** Reads again all up to a stage. Answers what differs though it is not among `done`; without it that is an error too. */
  #check(
    index: number,
    signal: AbortSignal | undefined,
    done?: readonly Change[],
  ): Promise<readonly Change[]> {
    const upToIt = (stages: readonly HostStage[]) => stages.slice(0, index + 1);
    return this.#settled(stages => upToIt(stages).flatMap(({ compared }) => compared), signal, done);
  }

  /** Reads again until nothing differs; some of it takes a moment (a daemon loads its file after systemctl has returned). */
  async #settled(
    which: (stages: readonly HostStage[]) => readonly Compared[],
    signal: AbortSignal | undefined,
    done?: readonly Change[],
  ): Promise<readonly Change[]> {
    const { report, settle, meter } = this.#context;
    const [host, mine] = [this.host.name, new Set(done?.map(({ address }) => address))];
    report({ event: 'host.checking', host });
    const deadline = performance.now() + settle * 1000;
    for (let phase: Phase = 'check'; ; phase = 'wait') {
      const seen = look(this.#transport, this.#work, this.#context, { phase });
      const { stages } = await unlessAborted(seen, signal);
      const { open, left } = outcome(which(stages));
      if (open.length === 0) {
        for (const text of left) report({ event: 'note', host, text });
        return [];
      }
      if (done && open.some(({ address }) => !mine.has(address))) return open;
      if (performance.now() > deadline) throw new Unsettled(host, open, settle);
      await timed(meter, host, 'wait', () => new Promise(resolve => setTimeout(resolve, 500)));
      signal?.throwIfAborted();
    }
  }
}

/** How many changes do anything: one that nothing takes back (a command without undo) has no steps. */
function stepped(changes: readonly Change[]): number {
  return changes.filter(({ steps }) => steps.length > 0).length;
}

/** The addresses whose change failed. */
function failedOf(error: unknown): ReadonlySet<string> {
  if (error instanceof Unsettled) return new Set(error.open.map(({ address }) => address));
  if (error instanceof Lost) return error.services;
  if (error instanceof StepFailure && error.change !== undefined) return new Set([error.change.address]);
  return new Set();
}
