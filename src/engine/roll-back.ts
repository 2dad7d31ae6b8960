import { setTimeout as sleep } from 'node:timers/promises';
import type { Change } from '../model/change.ts';
import type { AnyKind } from '../model/kind.ts';
import type { Answers, Ask } from '../model/probe.ts';
import { Problem } from '../model/problem.ts';
import type { Entry } from './ledger.ts';
import { changesOf } from './look.ts';
import { type Compared, restore } from './plan.ts';
import type { Watch } from './watch.ts';

/** What bringing back needs. */
export interface RollBack {
  readonly host: string;
  readonly kinds: ReadonlyMap<string, AnyKind>;
  readonly watch: Watch;
  readonly settle: number;
  ask(asks: readonly Ask[]): Promise<Answers>;
  act(changes: readonly Change[]): Promise<void>;
}

/**
 * What goes live together with one of these addresses: services that change, with those of their inputs that do. A service
 * whose input failed has loaded nothing yet; but what else was written for it would be loaded by the next that reloads it.
 */
export function groupOf(failed: ReadonlySet<string>, compared: readonly Compared[]): readonly Compared[] {
  const changed = compared.filter(({ change }) => change !== undefined);
  const services = changed.filter(({ kind, to }) => kind.inputs !== undefined && to !== undefined);
  const members = new Set<string>();
  const reach = new Set(failed);
  for (let before = -1; before < members.size; ) {
    before = members.size;
    for (const { kind, subject, address } of services) {
      const inputs = new Set(kind.inputs?.(subject));
      const together = [address, ...changed.map(one => one.address).filter(one => inputs.has(one))];
      if (!together.some(one => reach.has(one))) continue;
      for (const one of together) {
        members.add(one);
        reach.add(one);
      }
    }
  }
  return changed.filter(({ address }) => members.has(address));
}

/**
 * Brings the members of a group back to what they were before the run, and their services to having loaded that, whatever of them was
 * done: the host is read, and what differs goes back. Answers the Problem to throw: what failed, and what is true now.
 */
export async function rollBack(
  members: readonly Compared[],
  failure: Problem,
  tools: RollBack,
): Promise<Problem> {
  const entries = members.map(entryOf);
  const { kinds, settle, watch } = tools;
  const back = async () => {
    const answers = await tools.ask(members.flatMap(({ kind, subject }) => kind.asks(subject)));
    return changesOf(restore(entries, kinds, answers, new Set(), 'undone'));
  };
  try {
    const found = await back();
    await tools.act([...ended(members, found), ...found]);
    const deadline = performance.now() + settle * 1000;
    for (;;) {
      const [left, missing] = [await back(), await watch.missing()];
      const open = [...left.map(({ address }) => address), ...missing];
      if (open.length === 0) return undone(failure, members);
      if (performance.now() > deadline) return notUndone(failure, open.join(', '));
      await sleep(500);
    }
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return notUndone(failure, error.why === undefined ? error.message : `${error.message}: ${error.why}`);
  }
}

function entryOf({ kind, subject, address, from }: Compared): Entry {
  const before = from === undefined ? null : (kind.standing?.(subject, from) ?? from);
  return { address, kind: kind.name, subject, before, owners: [] };
}

/** A service that was not there before is stopped, also where it does not look started: its manager may try again. */
function ended(members: readonly Compared[], found: readonly Change[]): readonly Change[] {
  return members.flatMap(({ kind, from, change }) => {
    const begun = kind.inputs !== undefined && from === undefined && change !== undefined;
    if (!begun || found.some(({ address }) => address === change.address)) return [];
    return [{ address: change.address, action: 'delete' as const, steps: change.undo, undo: change.steps }];
  });
}

function undone(failure: Problem, members: readonly Compared[]): Problem {
  const fresh = members.every(({ from }) => from === undefined);
  return new Problem(`${failure.message}; undone`, {
    ...(failure.where && { where: failure.where }),
    why: [
      ...(failure.why === undefined ? [] : [failure.why]),
      `${fresh ? 'as before, there is none of' : 'as before this run, and loaded so'}: ${names(members)}`,
    ].join('\n'),
    next: 'mend the cause in the inventory or on the host, and run the same command again; plan shows what it would do',
  });
}

function notUndone(failure: Problem, open: string): Problem {
  return new Problem(`${failure.message}; and it could not all be undone`, {
    ...(failure.where && { where: failure.where }),
    why: [...(failure.why === undefined ? [] : [failure.why]), `not as before: ${open}`].join('\n'),
    next: 'look at the host at once; the same command, run again, goes on from what is there',
  });
}

function names(members: readonly Compared[]): string {
  return members.map(({ address }) => address).join(', ');
}
