import type { Finding } from '../diagnostic.ts';
import type { Draft } from '../draft/draft.ts';
import type { Path } from '../path.ts';
import type { Section } from '../schema/inventory.ts';

/** A check across the parts of an inventory, of what no schema can express. */
export interface Rule {
  /** The sections that it looks at. */
  readonly reads: readonly Section[];
  check(draft: Draft): Iterable<Finding>;
}

/** A mistake at a value. */
export function wrong(path: Path, message: string, hint?: string): Finding {
  return { path, at: 'value', severity: 'error', message, ...(hint === undefined ? {} : { hint }) };
}

/** A mistake at a name: a host, a VIP, a service as a whole. */
export function wrongAtKey(path: Path, message: string, hint?: string): Finding {
  return { ...wrong(path, message, hint), at: 'key' };
}

/** Something that works, and hardly as it was meant. */
export function doubtful(path: Path, message: string, hint?: string): Finding {
  return { ...wrong(path, message, hint), severity: 'warning' };
}
