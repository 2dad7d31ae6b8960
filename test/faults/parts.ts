import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runFile } from '../runner/run-file.ts';
import { testFile } from '../runner/test-file.ts';
import { type Figure, figuresIn } from './figure.ts';
import { sweep } from './sweep/sweep.ts';
import { faultTable } from './table/table.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What a part needs besides itself. */
export interface PartOptions {
  /** So many rows of a table that could do more; undefined: all. */
  readonly rows: number | undefined;
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
}

/** A part of `npm run faults`. */
export interface Part {
  readonly name: string;
  readonly about: string;
  /** It waits to be named, or for `--whole`. */
  readonly long?: true;
  run(options: PartOptions): Promise<readonly Figure[]>;
}

/** All parts, in the order in which they run: those that need no lab first. */
export const parts: readonly Part[] = [
  {
    name: 'sweep',
    about: 'every step of an up on light hosts, before, during and after: cut, killed, interrupted',
    async run({ rows, say, signal }) {
      const { outcomes, all } = await sweep(
        { signal, ...(rows === undefined ? {} : { rows }) },
        ({ row, broken, seconds }) => say(rowLine(row, broken, seconds)),
      );
      const kept = outcomes.filter(({ broken }) => broken.length === 0).length;
      say(`${kept} of ${outcomes.length} rows kept every invariant; the table has ${all}`);
      return [
        { name: 'sweep-rows', value: outcomes.length, unit: 'rows', goal: { atLeast: rows ?? all } },
        share('sweep-kept', kept, outcomes.length),
      ];
    },
  },
  {
    name: 'table',
    about: 'the fault table on light hosts: dead and frozen hosts, full disks, locks, operators, hands',
    async run({ say, signal }) {
      const { outcomes, figures } = await faultTable({ slow: true, signal }, ({ row, broken, seconds }) =>
        say(rowLine(row, broken, seconds)),
      );
      const kept = outcomes.filter(({ broken }) => broken.length === 0).length;
      return [share('fault-table-kept', kept, outcomes.length), ...figures];
    },
  },
  files('security', 'secrets, injection, planted links, hostile output', [
    'test/security/canary.test.ts',
    'test/security/injection.test.ts',
    'test/security/planted.test.ts',
    'test/security/hostile-output.test.ts',
  ]),
  files('predicted', 'the changes that a plan predicts are those that are made', [
    'test/engine/random-clusters.test.ts',
  ]),
  files('undo', 'hosts that a change cuts off, services that do not come through one (lab)', [
    'test/lab/undo.test.ts',
  ]),
  files('bad-configurations', 'bad configurations of keepalived on a director that serves (lab)', [
    'test/lab/checks.test.ts',
  ]),
  files('directors', 'directors that change in use, or are lost; a real server half set up (lab)', [
    'test/lab/directors-load.test.ts',
    'test/lab/directors.test.ts',
    'test/lab/arp.test.ts',
  ]),
  {
    ...files('points', 'sixty faults in the middle of an up and a down of a real cluster (lab)', [
      'test/lab/points.test.ts',
    ]),
    long: true,
  },
];

function rowLine(row: string, broken: readonly string[], seconds: number): string {
  const lines = [`${broken.length === 0 ? 'ok  ' : 'FAIL'} ${row} (${seconds.toFixed(1)} s)`, ...broken];
  return lines.join('\n     ');
}

/** A share of all, in per cent; of nothing it is none. */
export function share(name: string, kept: number, all: number): Figure {
  return { name, value: all === 0 ? Number.NaN : (100 * kept) / all, unit: '%', goal: { atLeast: 100 } };
}

/** A part that is files of tests: each must pass, and the figures that they print are the part's. */
export function files(name: string, about: string, paths: readonly string[]): Part {
  return {
    name,
    about,
    async run({ say, signal }) {
      const figures: Figure[] = [];
      let passed = 0;
      const here = paths.filter(path => existsSync(join(root, path)));
      for (const path of here) {
        const outcome = await runFile(root, testFile(root, path), signal);
        say(`${outcome.why === undefined ? 'ok  ' : 'FAIL'} ${path} (${outcome.seconds.toFixed(1)} s)`);
        if (outcome.why === undefined) passed += 1;
        else say(`${outcome.why}\n${outcome.output.trim()}`);
        figures.push(...figuresIn(outcome.output));
      }
      if (here.length === 0) say('no such test is here yet');
      return [...figures, share(`${name}-files-passed`, passed, here.length)];
    },
  };
}
