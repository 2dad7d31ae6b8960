import type { RealServer, VirtualService } from '../../model/cluster.ts';

/** What a scheduler's promise is judged by: what one client and the directors saw of one service. */
export interface Seen {
  readonly service: VirtualService;
  /** The RS that take new connections: weight above 0, in the inventory and in the table. */
  readonly alive: readonly RealServer[];
  /** The RS that answered, in order; empty where the answers do not tell. */
  readonly sequence: readonly string[];
  /** Requests or connections by host. Where the answers do not tell, those of others are among them. */
  readonly counts: ReadonlyMap<string, number>;
  /** Connections of others meanwhile. */
  readonly others: number;
  /** Whether each request was answered. */
  readonly complete: boolean;
  /** Connections in the table before and after the requests. */
  readonly before: readonly Load[];
  readonly after: readonly Load[];
  readonly held: Held | undefined;
  /** The client that held connections of this service, where it is another one. */
  readonly heldBy: string | undefined;
  /** The RS that answered other clients of this service before. */
  readonly earlier: ReadonlySet<string>;
}

/** The connections that an RS has in the table. */
export interface Load {
  readonly host: string;
  readonly weight: number;
  readonly active: number;
  readonly inactive: number;
}

/**
 * Connections that one client held open at once. Twice: then all but those of one RS were closed, and as many opened
 * again, because only a scheduler that follows open connections sends them elsewhere.
 */
export interface Held {
  readonly wanted: number;
  readonly opened: number;
  readonly rounds: readonly {
    readonly before: readonly Load[];
    readonly after: readonly Load[];
    readonly opened: number;
  }[];
}

/** What was promised and what came of it. */
export interface Judged {
  readonly promise: string;
  /** Requests by host, where the scheduler promises shares. */
  readonly expected?: ReadonlyMap<string, number>;
  readonly faults: readonly string[];
  readonly notes: readonly string[];
}

/** A judgement of one promise. Pure. */
export type Judge = (seen: Seen) => Judged;

/** The RS that got anything. */
export function users(counts: ReadonlyMap<string, number>): readonly string[] {
  return [...counts].filter(([, count]) => count > 0).map(([host]) => host);
}

/** Whether the counts are this client's alone. */
export function isSure({ sequence, others }: Seen): boolean {
  return sequence.length > 0 || others === 0;
}

/** A number as people read it. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
