import type { Plan } from './change.ts';
import type { Json } from './json.ts';
import type { HostTimes } from './timing.ts';

/**
 * What happens in a run, as plain JSON. Reporters subscribe and observe; they never steer. With
 * --json each event is one line: `{"v":1,"time":"...","event":"host.ready",...}`. New events and members may come;
 * a name or a meaning changes only with `v`.
 */
export type Event =
  | {
      readonly event: 'run.started';
      readonly inventory: string;
      readonly hosts: number;
    }
  | { readonly event: 'host.connecting'; readonly host: string }
  | { readonly event: 'host.reading'; readonly host: string; readonly resources: number }
  | { readonly event: 'host.planned'; readonly host: string; readonly changes: number }
  | { readonly event: 'host.failed'; readonly host: string; readonly error: ErrorView }
  | { readonly event: 'plan.made'; readonly plan: Plan }
  | { readonly event: 'stage.started'; readonly stage: string; readonly hosts: readonly string[] }
  | {
      readonly event: 'change.started';
      readonly host: string;
      readonly address: string;
      readonly action: string;
    }
  | {
      readonly event: 'change.done';
      readonly host: string;
      readonly address: string;
      readonly action: string;
      readonly seconds: number;
    }
  | {
      readonly event: 'change.failed';
      readonly host: string;
      readonly address: string;
      readonly action: string;
      readonly error: ErrorView;
    }
  | {
      readonly event: 'undo.armed';
      readonly host: string;
      readonly seconds: number;
      readonly changes: readonly string[];
    }
  | { readonly event: 'undo.disarmed'; readonly host: string }
  | { readonly event: 'host.checking'; readonly host: string }
  | { readonly event: 'host.done'; readonly host: string; readonly changed: number }
  | {
      readonly event: 'verify.started';
      readonly client: string;
      readonly service: string;
      readonly target: string;
      readonly requests: number;
    }
  | { readonly event: 'verify.done'; readonly result: Json }
  | { readonly event: 'verify.rule'; readonly result: Json }
  | { readonly event: 'failover.done'; readonly result: Json }
  | { readonly event: 'status.done'; readonly result: Json }
  | { readonly event: 'drain.done'; readonly result: Json }
  | { readonly event: 'lab.status'; readonly lab: string; readonly hosts: Json }
  | { readonly event: 'lab.progress'; readonly text: string; readonly host?: string }
  | { readonly event: 'problem'; readonly error: ErrorView; readonly diagnostics?: Json }
  | {
      readonly event: 'timings';
      /** Since the process began, and of them before the first host. */
      readonly seconds: number;
      readonly prepared: number;
      /** The slowest first. */
      readonly hosts: readonly HostTimes[];
    }
  | { readonly event: 'note'; readonly text: string; readonly host?: string }
  | {
      readonly event: 'run.finished';
      readonly ok: boolean;
      readonly code: number;
      readonly seconds: number;
    };

/** A Problem as data. */
export interface ErrorView {
  readonly what: string;
  readonly where?: string;
  readonly why?: string;
  readonly next?: string;
}

export type Reporter = (event: Event) => void;
