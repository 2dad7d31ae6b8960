import type { Readable, Writable } from 'node:stream';

/** How a shell ended: what is known of it. `lost` says why the connection went, where it did. */
export interface ShellEnd {
  readonly code?: number;
  readonly signal?: string;
  readonly lost?: Error;
  /** It did not begin within that many milliseconds. */
  readonly slow?: number;
}

/**
 * A running shell with its three streams, over ssh or as a process on this machine: all that a
 * session needs to know of how its host is reached.
 */
export interface Shell {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Called once when it has ended and both outputs were read to their end. */
  onEnd(listener: (end: ShellEnd) => void): void;
  /** Cuts the connection at once; the host sees its reader gone. */
  destroy(): void;
}
