import { hands } from './hands.ts';
import { hosts } from './hosts.ts';
import { operators } from './operators.ts';
import { packages } from './packages.ts';
import type { FaultRow } from './stage.ts';

/** The fault table of light hosts. */
export const rows: readonly FaultRow[] = [...hosts, ...operators, ...packages, ...hands];
