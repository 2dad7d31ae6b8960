/** One way to find out whether a real server works; keepalived's checkers (keepalived.conf(5)). */
export type HealthCheck =
  | { readonly type: 'none' }
  | ({ readonly type: 'tcp' | 'ping' } & Tries & Connection)
  | ({ readonly type: 'http' } & HttpRequests & Tries & Connection)
  | ({ readonly type: 'smtp'; readonly helo?: string | undefined } & Tries & Connection)
  | ({ readonly type: 'dns'; readonly name: string; readonly record: string } & Tries & Connection)
  | ({ readonly type: 'udp' } & Datagram & Tries & Connection)
  | ({ readonly type: 'script' } & ScriptRun & Omit<Tries, 'connectTimeout'>)
  | FileCheck
  | BfdCheck;

/** In seconds. */
export interface Tries {
  readonly connectTimeout: number;
  /** Further tries before the real server is taken out. */
  readonly retries: number;
  readonly retryDelay: number;
  readonly warmup?: number | undefined;
}

/** Where a check goes to and comes from, where that is not the real server's address and port. */
export interface Connection {
  readonly connectIp?: string | undefined;
  readonly connectPort?: number | undefined;
  readonly bindTo?: string | undefined;
  readonly bindPort?: number | undefined;
  readonly bindInterface?: string | undefined;
  readonly mark?: number | undefined;
}

export interface HttpRequests {
  /** Over TLS. */
  readonly tls: boolean;
  readonly urls: readonly HttpRequest[];
  readonly protocol?: '1.0' | '1.0C' | '1.1' | undefined;
  readonly fastRecovery?: boolean | undefined;
  /** The virtual host is named in the TLS handshake. */
  readonly sni?: boolean | undefined;
}

export interface HttpRequest {
  readonly path: string;
  /** Statuses, `200` or `200-299`. */
  readonly status: readonly string[];
  /** MD5 of the body. */
  readonly digest?: string | undefined;
  readonly regex?: string | undefined;
  /** The regular expression must not match. */
  readonly regexAbsent?: boolean | undefined;
  readonly virtualHost?: string | undefined;
}

export interface Datagram {
  /** Hexadecimal digits. */
  readonly payload?: string | undefined;
  /** An answer must come; with digits it must begin with them. */
  readonly reply: boolean | string;
  readonly minReplyLength?: number | undefined;
  readonly maxReplyLength?: number | undefined;
}

/** `{host}`, `{rip}` and `{port}` in a word stand for the real server. */
export interface ScriptRun {
  readonly run: readonly string[];
  readonly timeout?: number | undefined;
  /** Exit codes from 2 on set the weight to two less. */
  readonly dynamicWeight: boolean;
  readonly user?: string | undefined;
  readonly group?: string | undefined;
}

/** keepalived watches the file and sees a change at once, so there is nothing to time. */
export interface FileCheck {
  readonly type: 'file';
  /** On the director; placeholders as in scripts. */
  readonly path: string;
  /** The number in the file times this is added to the real server's weight; undefined: 0 is healthy, any other a failure. */
  readonly weight: number | undefined;
}

/** A BFD session (RFC 5880) with the real server; times in milliseconds. */
export interface BfdCheck {
  readonly type: 'bfd';
  readonly neighbor?: string | undefined;
  readonly minRx?: number | undefined;
  readonly minTx?: number | undefined;
  readonly idleTx?: number | undefined;
  readonly multiplier?: number | undefined;
  readonly passive: boolean;
  readonly maxHops?: number | undefined;
}
