import type { Change } from '../model/change.ts';
import { equal, type JsonObject } from '../model/json.ts';
import { type AnyKind, address, type Context, type Resource } from '../model/kind.ts';
import type { Answers } from '../model/probe.ts';
import { Problem } from '../model/problem.ts';
import type { Sign } from '../model/sign.ts';
import type { Entry } from './ledger.ts';

/** A resource with what was read and what is wanted; `change` where the two differ. */
export interface Compared {
  readonly kind: AnyKind;
  readonly subject: JsonObject;
  readonly address: string;
  readonly from: JsonObject | undefined;
  readonly to: JsonObject | undefined;
  readonly replaces: readonly string[];
  readonly holds: readonly Sign[];
  readonly change: Change | undefined;
}

/**
 * Compares wanted resources, in order, with what a host answered. Pure. `changed` collects the addresses that
 * change, so that a service sees that its inputs did, also when they did in an earlier stage.
 */
export function compare(
  resources: readonly Resource[],
  context: Context,
  changed: Set<string>,
): readonly Compared[] {
  return resources.map(({ kind, spec, reason, replaces = [] }) => {
    const subject = kind.subject(spec);
    const to = kind.want(spec, context);
    const holds = kind.holds?.(spec) ?? [];
    return { ...compared(kind, subject, context.answers, to, reason, changed), replaces, holds };
  });
}

/**
 * What brings entries back to the states from before lvsform: in reverse order, so that what was made last goes
 * first; but a service that was there before comes after its input files, for it has to load them again.
 */
export function restore(
  entries: readonly Entry[],
  kinds: ReadonlyMap<string, AnyKind>,
  answers: Answers,
  changed: Set<string>,
  reason = 'no longer wanted',
): readonly Compared[] {
  const reversed = [...entries].reverse().map(entry => ({ entry, kind: kindOf(entry, kinds) }));
  const loads = ({ entry, kind }: (typeof reversed)[number]) =>
    entry.before !== null && kind.inputs !== undefined;
  return [...reversed.filter(one => !loads(one)), ...reversed.filter(loads)].map(({ entry, kind }) =>
    compared(
      { ...kind, move: kind.back ?? kind.move },
      entry.subject,
      answers,
      entry.before ?? undefined,
      reason,
      changed,
    ),
  );
}

/** The kind that made an entry. */
export function kindOf(entry: Entry, kinds: ReadonlyMap<string, AnyKind>): AnyKind {
  const kind = kinds.get(entry.kind);
  if (kind === undefined) {
    throw new Problem(`the ledger names a kind that this lvsform does not know: ${entry.kind}`, {
      where: entry.address,
      next: 'use the version of lvsform that made it, or a newer one',
    });
  }
  return kind;
}

function compared(
  kind: AnyKind,
  subject: JsonObject,
  answers: Answers,
  to: JsonObject | undefined,
  reason: string | undefined,
  changed: Set<string>,
): Compared {
  const name = address(kind, subject);
  const found = kind.read(subject, answers);
  const inputs = new Set((kind.inputs?.(subject) ?? []).filter(input => changed.has(input)));
  const from = found && inputs.size > 0 && kind.touched ? kind.touched(subject, found, inputs) : found;
  const change = difference(kind, subject, from, to, reason);
  if (change) changed.add(name);
  return { kind, subject, address: name, from: found, to, replaces: [], holds: [], change };
}

/** The change from one state to another; undefined where they are the same. */
export function difference(
  kind: AnyKind,
  subject: JsonObject,
  from: JsonObject | undefined,
  to: JsonObject | undefined,
  reason: string | undefined,
): Change | undefined {
  if (equal(from, to)) return undefined;
  const show = (state: JsonObject) => (kind.show ? kind.show(subject, state) : state);
  const effect = kind.effect?.(subject, from, to);
  const deafens = kind.deafens?.(subject, from, to) ?? [];
  return {
    address: address(kind, subject),
    action: from === undefined ? 'create' : to === undefined ? 'delete' : 'update',
    ...(from === undefined ? {} : { from: show(from) }),
    ...(to === undefined ? {} : { to: show(to) }),
    ...(reason === undefined ? {} : { reason }),
    ...(effect === undefined ? {} : { effect }),
    ...(deafens.length > 0 && { deafens }),
    ...(kind.cuts?.(subject, from, to) && { cuts: true as const }),
    steps: kind.move(subject, from, to),
    undo: (kind.back ?? kind.move)(subject, to, from),
  };
}
