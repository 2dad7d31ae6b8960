import type { Command } from './command.ts';
import type { Json, JsonObject } from './json.ts';
import type { Answers, Ask } from './probe.ts';
import type { Sign } from './sign.ts';

/** A JSON Schema (2020-12) as ajv takes it. */
export type Schema = JsonObject;

/** What a spec may use on its way to a wanted state. */
export interface Context {
  /** Renders templates/NAME.hbs with data; secrets in the data are revealed. */
  render(template: string, data: object): string;
  readonly answers: Answers;
}

/**
 * A kind of resource: pure functions over plain data, no I/O. `Spec` is what YAML or a role says,
 * `Subject` which part of a host it is about (plain JSON without secrets, kept in the ledger so that the
 * resource can be read again when no spec names it any more), `State` what is or shall be there.
 * undefined is "absent", as read and as wanted.
 *
 * Laws, tested over every kind and every pair of its states: applying `move(a, b)` to a gives b;
 * `move` is only called where the two differ; running its commands again does no harm.
 */
export interface Kind<Spec, Subject extends JsonObject, State extends JsonObject> {
  readonly name: string;
  /** The only definition of the kind's YAML: titles, descriptions, examples. */
  readonly schema: Schema;
  subject(spec: Spec): Subject;
  /** Unique among the resources of this kind on a host: the address is `name/id`. */
  id(subject: Subject): string;
  /** Everything that `read` and `want` look up in the answers. */
  asks(subject: Subject): readonly Ask[];
  read(subject: Subject, answers: Answers): State | undefined;
  want(spec: Spec, context: Context): State | undefined;
  move(subject: Subject, from: State | undefined, to: State | undefined): readonly Command[];
  /**
   * What it finds is on its way to something else (a server that is being drained), and no state to go back to: the
   * ledger does not keep it.
   */
  readonly passing?: true;
  /** Addresses whose change makes this one stale (the files that a service has loaded). */
  inputs?(subject: Subject): readonly string[];
  /** What becomes of a state when these of its inputs change before it in the same run. */
  touched?(subject: Subject, state: State, changed: ReadonlySet<string>): State;
  /** Whether the way between two states may cut off whoever works on the host: the host then undoes it unless a fresh login confirms it. */
  cuts?(subject: Subject, from: State | undefined, to: State | undefined): boolean;
  /** Why hosts that have the new state and such that have the old one take each other for lost (VRRP), a line each; empty: they do not. */
  deafens?(subject: Subject, from: State | undefined, to: State | undefined): readonly string[];
  /** Addresses of what goes with a change though others want it, once a service has loaded the new state (rules that only the old one held). */
  frees?(subject: Subject, from: State | undefined, to: State | undefined): readonly string[];
  /** Steps to a state that was there before, where they are other than those of `move`: what was in use is not judged anew. */
  back?(subject: Subject, from: State | undefined, to: State | undefined): readonly Command[];
  /** A state from before as it is brought back when a change fails: with all that it has loaded, where it was stale. */
  standing?(subject: Subject, before: State): State;
  /** What it holds for others beyond its own state; what is gone after a change undoes the change. */
  holds?(spec: Spec): readonly Sign[];
  /** Why a state may stay though another was wanted, where that was a wish (unload a module in use); undefined: it may not. */
  mayStay?(subject: Subject, state: State | undefined, wanted: State | undefined): string | undefined;
  /** How a copy stays of a state that another hand made, and what tells such states apart; undefined: it needs none. */
  copy?(subject: Subject, state: State): Copy | undefined;
  /** A state without its secrets, for people, plan files and events. Default: the state itself. */
  show?(subject: Subject, state: State): Json;
  /** What the change will do to those who use the host, in a few words ("reloads keepalived; no gap"). */
  effect?(subject: Subject, from: State | undefined, to: State | undefined): string | undefined;
}

/** A copy of a state: the state's sum, the steps that make the copy (without secrets), and where it goes on the host. */
export interface Copy {
  readonly sum: string;
  readonly keep: readonly Command[];
  readonly place: string;
}

/** A kind with its types put away, as the engine and the registry handle it. */
export type AnyKind = Kind<unknown, JsonObject, JsonObject>;

/** Puts a kind's types away. Sound because a spec, a subject or a state only ever meets the kind that made it. */
export function erase<Spec, Subject extends JsonObject, State extends JsonObject>(
  kind: Kind<Spec, Subject, State>,
): AnyKind {
  return kind as unknown as AnyKind;
}

/** Something wanted on a host: a kind, its spec, and why (one line for the reader of a plan). */
export interface Resource {
  readonly kind: AnyKind;
  readonly spec: unknown;
  readonly reason?: string;
  /**
   * Globs of addresses that this one takes the place of (keepalived that of our own unit). Where such a one is left
   * over from an earlier run it goes before this one's stage; and what it made is not "what was there before".
   */
  readonly replaces?: readonly string[];
}

/** Makes a resource; the only place where a spec's type is checked against its kind. */
export function resource<Spec, Subject extends JsonObject, State extends JsonObject>(
  kind: Kind<Spec, Subject, State>,
  spec: Spec,
  reason?: string,
  replaces?: readonly string[],
): Resource {
  return { kind: erase(kind), spec, ...(reason !== undefined && { reason }), ...(replaces && { replaces }) };
}

/** The name by which a person, a plan and the ledger know a resource on its host. */
export function address(kind: AnyKind, subject: JsonObject): string {
  return `${kind.name}/${kind.id(subject)}`;
}
