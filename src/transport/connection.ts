import type { Duplex } from 'node:stream';
import type { Shell } from './shell.ts';

/** A login that stands. */
export interface Connection {
  exec(commandLine: string): Promise<Shell>;
  /** A channel from the far end to another host's port. */
  forward(host: string, port: number): Promise<Duplex>;
  /** Called once, also where it is closed already. `reason` says why where we did not close it. */
  onClose(listener: (reason: Error | undefined) => void): void;
  /** Says goodbye and closes; a peer that does not answer is cut off after `patience` milliseconds. */
  close(patience?: number): Promise<void>;
  /** Cuts the connection at once. */
  destroy(): void;
}

/** A login that failed, and how far it came: sshd throttles before its banner, never after it. */
export class LoginError extends Error {
  override readonly name = 'LoginError';
  readonly stage: 'connect' | 'handshake' | 'auth';
  constructor(stage: LoginError['stage'], cause: Error) {
    super(cause.message, { cause });
    this.stage = stage;
  }
}
