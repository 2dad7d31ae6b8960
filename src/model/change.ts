import type { Command } from './command.ts';
import type { Json } from './json.ts';

export type Action = 'create' | 'update' | 'delete';

/**
 * One difference between a host and what is wanted there, with the steps that remove it and the
 * steps that bring it back. `from` and `to` are shown states: their secrets are gone.
 */
export interface Change {
  readonly address: string;
  readonly action: Action;
  readonly from?: Json;
  readonly to?: Json;
  readonly reason?: string;
  readonly effect?: string;
  /** It may cut the controller off: the host undoes it by itself unless a fresh login confirms it. */
  readonly cuts?: true;
  /** Why directors that have made it and such that have not take each other for lost, and would both carry a VIP. */
  readonly deafens?: readonly string[];
  readonly steps: readonly Command[];
  readonly undo: readonly Command[];
}

/** What is to be done on one host in one stage, in order. */
export interface HostPlan {
  readonly host: string;
  readonly stage: string;
  readonly changes: readonly Change[];
}

/** The whole plan, in the order in which it will be done. Hosts with nothing to do are left out. */
export interface Plan {
  readonly playbook: string;
  readonly inventory: string;
  readonly hosts: readonly HostPlan[];
}
