/** How `verify` asks a service from each client. */
export type VerifySettings = AskSettings & {
  /** What every answer must contain; undefined: any answer will do. */
  readonly expect: string | undefined;
  /** Requests from each client, at least. */
  readonly requests: number;
  /** Connections held open at once, at most, for the schedulers that follow them; 0: none. */
  readonly hold: number;
};

/**
 * What a request is. The IPVS counters tell the RS that served it; an answer that holds one RS' name or address
 * tells even the order.
 */
export type AskSettings =
  | { readonly type: 'none' }
  | {
      readonly type: 'http' | 'https';
      readonly path: string;
      /** Name of the site, where it is not the address. */
      readonly host: string | undefined;
      /** Whether a certificate that does not fit is a failure (https). */
      readonly certificate: 'ignore' | 'check';
    }
  | { readonly type: 'connect'; readonly send: string | undefined }
  | { readonly type: 'memcached' | 'redis' | 'postgresql' }
  | { readonly type: 'dns'; readonly name: string }
  | {
      readonly type: 'command';
      /** With {{address}} and {{port}} in place of the service's. */
      readonly run: readonly string[];
      /** What the client needs for it. */
      readonly packages: readonly string[];
    };
