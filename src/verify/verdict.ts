/** What one client saw of one service, expected against seen. Plain JSON. */
export interface Verdict {
  readonly client: string;
  readonly service: string;
  readonly target: string;
  readonly scheduler: string;
  readonly requests: number;
  readonly answered: number;
  /** The RS that answered, in order; empty where the answers do not tell. */
  readonly sequence: readonly string[];
  readonly servers: readonly Share[];
  /** Connections that the directors scheduled meanwhile. */
  readonly scheduled: number;
  /** What the service was held to, and how exactly. */
  readonly promise: string;
  /** What is wrong; empty means that the service does what the inventory says. */
  readonly faults: readonly string[];
  /** What is worth knowing and not wrong. */
  readonly notes: readonly string[];
}

/** What one RS got. */
export interface Share {
  readonly host: string;
  readonly weight: number;
  /** Of the requests; undefined where the scheduler promises no share. */
  readonly expected: number | undefined;
  readonly seen: number;
  /** Of the connections that were held open at once; undefined where none were. */
  readonly held: number | undefined;
}
