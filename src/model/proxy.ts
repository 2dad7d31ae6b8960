/**
 * What the hosts of the role `proxy` do: they read requests, which IPVS does not, and choose a pool of servers by
 * what they read. All of them do the same, so that IPVS may send a connection to any.
 */
export interface ProxySettings {
  readonly listeners: readonly ProxyListener[];
  readonly pools: readonly ProxyPool[];
  readonly timeouts: ProxyTimeouts;
  /** Path of the socket by which the running proxy is asked and told. */
  readonly statsSocket: string;
}

/** Seconds. */
export interface ProxyTimeouts {
  readonly connect: number;
  readonly client: number;
  readonly server: number;
  /** How long a worker that a reload replaced may go on with its connections. */
  readonly stop: number;
}

/** A port of the proxies, and where its requests go. */
export interface ProxyListener {
  readonly name: string;
  readonly port: number;
  /** The first rule that fits a request decides. */
  readonly rules: readonly ProxyRule[];
  /** Name of the pool that gets what no rule takes; undefined: it is answered 404. */
  readonly defaultPool: string | undefined;
  /** Answered 200 by the proxy itself, for the directors' checks. */
  readonly healthPath: string | undefined;
}

/** A rule takes a request that fits one of its hosts and one of its paths; an empty list takes all. */
export interface ProxyRule {
  readonly hosts: readonly HostPattern[];
  readonly paths: readonly PathPattern[];
  readonly pool: string;
}

/** `any`: the names under `name`, at any depth, not `name` itself. */
export type HostPattern = { readonly type: 'exact' | 'any'; readonly name: string };

/** `prefix`: the path itself and whatever follows it after a slash, so that `/api` takes no `/apiary`. */
export type PathPattern = { readonly type: 'exact' | 'prefix'; readonly path: string };

/** How a pool learns who the client is: by a header, by the PROXY protocol, or not at all. */
export const clientAddressWays = ['forwarded', 'proxy_protocol', 'none'] as const;
export type ClientAddress = (typeof clientAddressWays)[number];

/** Servers that answer the same requests. */
export interface ProxyPool {
  readonly name: string;
  readonly balance: string;
  readonly clientAddress: ClientAddress;
  readonly check: PoolCheck;
  readonly servers: readonly PoolServer[];
}

export interface PoolServer {
  readonly host: string;
  readonly address: string;
  readonly port: number;
  /** 0 to 256; 0 takes no new requests. */
  readonly weight: number;
}

/** How the proxies find out whether a server works; times in seconds. */
export type PoolCheck =
  | { readonly type: 'none' }
  | ({ readonly type: 'tcp' } & PoolCheckTimes)
  | ({
      readonly type: 'http';
      readonly path: string;
      /** The name that is asked for; undefined: none is. */
      readonly host: string | undefined;
      readonly status: number;
    } & PoolCheckTimes);

export interface PoolCheckTimes {
  readonly interval: number;
  /** Good answers in a row until a server is used again. */
  readonly rise: number;
  /** Bad ones until it is not used any more. */
  readonly fall: number;
}
