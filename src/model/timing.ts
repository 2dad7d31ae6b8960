/**
 * What a run does with a host, in the order in which it comes: `login` (with the turn that it had to wait for), `read`, `plan` (the
 * controller compares), `act`, `check` (read again after acting), `wait` (until a service shows what it was told),
 * `verify` (what the host was asked for the services).
 */
export const phases = ['login', 'read', 'plan', 'act', 'check', 'wait', 'verify'] as const;
export type Phase = (typeof phases)[number];

/** Told how many seconds a phase took on a host; it may be told of the same phase again. */
export type Meter = (host: string, phase: Phase, seconds: number) => void;

/** Where the time of one host went, in seconds. */
export interface HostTimes {
  readonly host: string;
  readonly seconds: number;
  readonly phases: { readonly [phase in Phase]?: number };
}
