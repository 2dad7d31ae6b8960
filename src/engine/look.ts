import type { Change } from '../model/change.ts';
import type { Host } from '../model/cluster.ts';
import { globs } from '../model/glob.ts';
import { type AnyKind, address, type Resource } from '../model/kind.ts';
import type { Answers, Ask } from '../model/probe.ts';
import type { Meter, Phase } from '../model/timing.ts';
import type { Transport } from '../model/transport.ts';
import { withFreed } from './freed.ts';
import {
  askLedger,
  type Entry,
  emptyLedger,
  type Ledger,
  ledgerProbe,
  type Memory,
  orphans,
} from './ledger.ts';
import { type Compared, compare, kindOf, restore } from './plan.ts';
import { read } from './read.ts';
import { timed } from './stopwatch.ts';

/** What is wanted on one host: its resources by stage, and whose they are. */
export interface HostWork {
  readonly host: Host;
  readonly stages: readonly { readonly name: string; readonly resources: readonly Resource[] }[];
  /** The playbook in whose name this is done, and those whose orphans go. */
  readonly playbook: string;
  readonly releases: ReadonlySet<string> | 'all';
}

/** What the engine compares with, given to it by the commands. */
export interface Comparing {
  /** Told where the time goes. */
  readonly meter?: Meter;
  readonly kinds: ReadonlyMap<string, AnyKind>;
  render(template: string, data: object): string;
}

/** One stage of one host, compared. */
export interface HostStage {
  readonly name: string;
  /** What another run left and a resource of this stage replaces: it goes first. */
  readonly replaced: readonly Compared[];
  readonly compared: readonly Compared[];
}

/** The stage, after the last one of a playbook, in which what it no longer wants goes away. */
export const removal = 'removal';

/** Reads a host and compares it with all that is wanted there, with `lock` only once it has the host's lock. Writes nothing. */
export async function look(
  transport: Transport,
  work: HostWork,
  { kinds, render, meter }: Comparing,
  { lock, phase = 'read' }: { readonly lock?: string | undefined; readonly phase?: Phase } = {},
): Promise<Memory & { readonly stages: readonly HostStage[] }> {
  const resources = work.stages.flatMap(stage => stage.resources);
  const asks = resources.flatMap(({ kind, spec }) => kind.asks(kind.subject(spec)));
  const { name: host } = work.host;
  const answers = await timed(meter, host, phase, () => read(transport, host, [askLedger, ...asks], lock));
  const { ledger, undo } = answers.get(ledgerProbe, askLedger.key) ?? {
    ledger: emptyLedger,
    undo: undefined,
  };
  const gone = orphans(ledger, releasesOf(work, ledger), addressesOf(work));
  const remains = await timed(meter, host, phase, () => readEntries(transport, host, gone, kinds));

  const from = performance.now();
  const changed = new Set<string>();
  const early = new Set<Entry>();
  const stages = work.stages.map(({ name, resources }) => {
    const patterns = resources.flatMap(({ replaces = [] }) => replaces);
    const left = gone.filter(entry => !early.has(entry) && patterns.some(one => globs(one, entry.address)));
    for (const entry of left) early.add(entry);
    const replaced = restore(left, kinds, remains, changed);
    const compared = compare(resources, { render, answers }, changed);
    return { name, replaced, compared: withFreed(replaced, compared) };
  });
  const late = gone.filter(entry => !early.has(entry));
  const removed = { name: removal, replaced: [], compared: restore(late, kinds, remains, changed) };
  meter?.(host, 'plan', (performance.now() - from) / 1000);
  return { ledger, undo, stages: [...stages, removed] };
}

/** The changes among what was compared, in order. */
export function changesOf(compared: readonly Compared[]): readonly Change[] {
  return compared.flatMap(({ change }) => (change ? [change] : []));
}

/** The playbooks whose hand is taken off what they no longer want. */
export function releasesOf({ releases }: HostWork, ledger: Ledger): ReadonlySet<string> {
  return releases === 'all' ? new Set(ledger.entries.flatMap(({ owners }) => owners)) : releases;
}

/** The addresses of all that is wanted. */
export function addressesOf({ stages }: HostWork): ReadonlySet<string> {
  return new Set(
    stages.flatMap(({ resources }) => resources.map(({ kind, spec }) => address(kind, kind.subject(spec)))),
  );
}

function readEntries(
  transport: Transport,
  host: string,
  entries: readonly Entry[],
  kinds: ReadonlyMap<string, AnyKind>,
): Promise<Answers> {
  const asks = entries.flatMap((entry): readonly Ask[] => kindOf(entry, kinds).asks(entry.subject));
  return read(transport, host, asks);
}
