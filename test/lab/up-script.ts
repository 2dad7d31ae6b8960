import { type LabSpec, labUp } from '../../src/lab/index.ts';

/** A `lab up` as a process of its own, for tests that kill it. Takes the spec as JSON; says its progress, a line a step. */
const spec = JSON.parse(process.argv[2] ?? '') as LabSpec;
await labUp(spec, { onProgress: ({ host, text }) => process.stdout.write(`${host ?? 'lab'} ${text}\n`) });
