import type { Json } from './json.ts';
import type { Answers, Ask } from './probe.ts';

/** Something that a service holds for others, which must outlive a change of its configuration: a VIP, a service's health. */
export interface Sign {
  /** The same on every host that may hold it: `VIP 192.168.0.240`. */
  readonly name: string;
  readonly asks: readonly Ask[];
  held(answers: Answers): boolean;
  /** Seconds after a change within which its loss would show. */
  readonly shows: number;
  /** Seconds for which it may be gone, where the change makes it anew. */
  readonly patience: number;
  /** Another host may rightly have taken it over. */
  readonly moves: boolean;
  /** Whether the change of an input, by its states before and after, can have to do with it; left out: any can. */
  concerned?(from: Json | undefined, to: Json | undefined): boolean;
}
