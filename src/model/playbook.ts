import type { Host, RoleName, RolePart } from './cluster.ts';
import type { Resource } from './kind.ts';

/** A playbook as its author wrote it: stages in order, each a barrier between groups of hosts. */
export interface Playbook {
  readonly name: string;
  /** Whether the barriers count only once a director answers somebody. */
  readonly atOnceWhileIdle: boolean;
  readonly stages: readonly Stage[];
}

export interface Stage {
  readonly name: string;
  /** Group names (`all`, a role, `director_master`, `director_backup`, `pool_server`), host names, or globs of host names. */
  readonly hosts: readonly string[];
  readonly roles: readonly (RoleName | RolePart)[];
  readonly resources: readonly ResourceEntry[];
}

/** One resource of a stage: the kind's name and its spec, checked against the kind's schema; strings not rendered yet. */
export interface ResourceEntry {
  readonly kind: string;
  readonly spec: unknown;
}

/** A playbook compiled against a cluster: for each stage, each host with the resources that are wanted there. */
export interface Program {
  readonly playbook: string;
  readonly atOnceWhileIdle: boolean;
  readonly stages: readonly ProgramStage[];
}

/** One stage with its hosts, in the order of the inventory; they act at the same time. */
export interface ProgramStage {
  readonly name: string;
  readonly hosts: readonly { readonly host: Host; readonly resources: readonly Resource[] }[];
}
