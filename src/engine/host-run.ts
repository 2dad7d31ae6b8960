import type { Change, HostPlan } from '../model/change.ts';
import type { Host } from '../model/cluster.ts';
import type { Reporter } from '../model/event.ts';
import { canonical } from '../model/json.ts';
import { type AnyKind, address, type Resource } from '../model/kind.ts';
import type { Answers, Ask } from '../model/probe.ts';
import { Problem } from '../model/problem.ts';
import type { Transport } from '../model/transport.ts';
import { act } from './act.ts';
import {
  askLedger,
  type Entry,
  emptyLedger,
  type Ledger,
  ledgerProbe,
  orphans,
  record,
  release,
  writeLedger,
} from './ledger.ts';
import { type Compared, compare, kindOf, restore } from './plan.ts';
import { read } from './read.ts';

/** What is wanted on one host: its resources by stage, and whose they are. */
export interface HostWork {
  readonly host: Host;
  readonly stages: readonly { readonly name: string; readonly resources: readonly Resource[] }[];
  /** The playbooks in whose name this is done: the one that records, and those whose orphans go. */
  readonly playbook: string;
  readonly releases: ReadonlySet<string> | 'all';
}

export interface HostContext {
  readonly kinds: ReadonlyMap<string, AnyKind>;
  render(template: string, data: object): string;
  readonly report: Reporter;
  /** Seconds that a host may take until it shows what it was told (a daemon that reloads, say). */
  readonly settle: number;
}

interface HostStage {
  readonly name: string;
  readonly compared: readonly Compared[];
}

/** The stage, after the last one of a playbook, in which what it no longer wants goes away. */
export const removal = 'removal';

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

  /** Reads the host and compares it with what is wanted. Writes nothing. */
  async plan(): Promise<readonly HostPlan[]> {
    const { ledger, stages } = await this.#look(this.#work.stages.length);
    this.#ledger = ledger;
    this.#stages = stages;
    return stages.flatMap(stage => {
      const changes = changesOf([stage]);
      return changes.length === 0 ? [] : [{ host: this.host.name, stage: stage.name, changes }];
    });
  }

  /** Does what `plan` found for one stage, then reads again: what still differs is an error. Answers the number of changes. */
  async act(stage: string, signal?: AbortSignal): Promise<number> {
    const index = this.#stages.findIndex(({ name }) => name === stage);
    const changes = changesOf(this.#stages.slice(index, index + 1));
    if (index < 0) return 0;

    if (changes.length > 0) {
      if (stage !== removal) this.#recorded();
      await this.#act(changes, signal);
      await this.#check(index);
    }
    if (stage === removal) await this.#release();
    return changes.length;
  }

  /** The ledger goes first: what is not yet on record is not yet changed. */
  async #act(changes: readonly Change[], signal: AbortSignal | undefined): Promise<void> {
    const before = this.#ledgerIsWritten ? [] : [writeLedger(this.#ledger)];
    await act(this.#transport, this.host.name, changes, before, this.#context.report, signal);
    this.#ledgerIsWritten = true;
  }

  async #look(upTo: number): Promise<{ ledger: Ledger; stages: readonly HostStage[] }> {
    const { kinds, render } = this.#context;
    const stages = this.#work.stages.slice(0, upTo);
    const resources = stages.flatMap(stage => stage.resources);
    const asks = resources.flatMap(({ kind, spec }) => kind.asks(kind.subject(spec)));
    const answers = await read(this.#transport, this.host.name, [askLedger, ...asks]);
    const ledger = answers.get(ledgerProbe, askLedger.key) ?? emptyLedger;

    const changed = new Set<string>();
    const context = { render, answers };
    const wanted = stages.map(({ name, resources }) => ({
      name,
      compared: compare(resources, context, changed),
    }));
    if (upTo < this.#work.stages.length) return { ledger, stages: wanted };

    const gone = orphans(ledger, this.#releases(ledger), this.#addresses());
    const left = await this.#readEntries(gone);
    return { ledger, stages: [...wanted, { name: removal, compared: restore(gone, kinds, left, changed) }] };
  }

  #readEntries(entries: readonly Entry[]): Promise<Answers> {
    const asks = entries.flatMap((entry): readonly Ask[] =>
      kindOf(entry, this.#context.kinds).asks(entry.subject),
    );
    return read(this.#transport, this.host.name, asks);
  }

  #releases(ledger: Ledger): ReadonlySet<string> {
    const { releases } = this.#work;
    return releases === 'all' ? new Set(ledger.entries.flatMap(({ owners }) => owners)) : releases;
  }

  #addresses(): ReadonlySet<string> {
    return new Set(
      this.#work.stages.flatMap(({ resources }) =>
        resources.map(({ kind, spec }) => address(kind, kind.subject(spec))),
      ),
    );
  }

  #recorded(): void {
    const wanted = this.#stages.filter(({ name }) => name !== removal).flatMap(({ compared }) => compared);
    this.#keep(
      record(
        this.#ledger,
        this.#work.playbook,
        wanted.map(({ address, kind, subject, from }) => ({
          address,
          kind: kind.name,
          subject,
          before: from ?? null,
        })),
      ),
    );
  }

  /** Last of all, so that a run that broke off can still be finished by the next one. */
  async #release(): Promise<void> {
    this.#keep(release(this.#ledger, this.#releases(this.#ledger), this.#addresses()));
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

  /** Some of it takes a moment (a daemon loads its file after systemctl has returned), so it may settle. */
  async #check(index: number): Promise<void> {
    this.#context.report({ event: 'host.checking', host: this.host.name });
    const deadline = performance.now() + this.#context.settle * 1000;
    for (;;) {
      const { stages } = await this.#look(index + 1);
      const { open, left } = outcome(stages.slice(0, index + 1));
      if (open.length === 0) {
        for (const text of left) this.#context.report({ event: 'note', host: this.host.name, text });
        return;
      }
      if (performance.now() > deadline) {
        throw new Problem(`the host does not keep what was set: ${open.join(', ')}`, {
          where: this.host.name,
          why: `read again, ${open.length === 1 ? 'it differs' : 'they differ'} from what is wanted, ${this.#context.settle} s after the change`,
          next: 'run plan to see the difference; something else on the host may be changing it back',
        });
      }
      await new Promise(resolve => setTimeout(resolve, 500));
    }
  }
}

function changesOf(stages: readonly HostStage[]): readonly Change[] {
  return stages.flatMap(({ compared }) => compared.flatMap(({ change }) => (change ? [change] : [])));
}

/** What still differs after a change: addresses that must not, and words for what may stay. */
function outcome(stages: readonly HostStage[]): { open: readonly string[]; left: readonly string[] } {
  const open: string[] = [];
  const left: string[] = [];
  for (const { kind, subject, from, change } of stages.flatMap(({ compared }) => compared)) {
    if (change === undefined) continue;
    const why = change.action === 'delete' && from ? kind.mayStay?.(subject, from) : undefined;
    if (why === undefined) open.push(change.address);
    else left.push(why);
  }
  return { open, left };
}
