import { setTimeout as sleep } from 'node:timers/promises';
import type { ErrorView, Event } from '../../../src/model/event.ts';
import type { Figure } from '../figure.ts';
import type { Ground } from '../light/ground.ts';
import { until } from '../light/host.ts';
import type { Said } from '../light/lvsform.ts';
import { differences, type State, stateOf, touchesOf } from '../light/state.ts';
import type { Reference } from '../sweep/invariants.ts';
import { type SweepScene, services } from '../sweep/scene.ts';

/** What a row has to work with: two hosts as their administrator left them, and how they are after an undisturbed `up`. */
export interface Stage {
  readonly ground: Ground;
  readonly scene: SweepScene;
  readonly known: Reference;
  /** A figure that the row measures. */
  figure(figure: Figure): void;
}

/** A row of the fault table. */
export interface FaultRow {
  /** What goes wrong. */
  readonly fault: string;
  /** What must hold, beside the invariants. */
  readonly holds: string;
  /** Takes over a minute: left out of the usual tests. */
  readonly slow?: true;
  /** Injects the fault and answers what does not hold. After it the invariants are checked by runs with nothing in the way. */
  run(stage: Stage): Promise<readonly string[]>;
}

/** The complaint, where the condition does not hold. */
export function unless(condition: boolean, complaint: string): readonly string[] {
  return condition ? [] : [complaint];
}

/** A run ended with this code, and told these words; where it did not, what it said instead. */
export function ended(
  said: Said,
  code: number | null,
  ...words: readonly (string | RegExp)[]
): readonly string[] {
  const failures = said.events.flatMap((event: Event) => ('error' in event ? [event.error] : []));
  const texts = failures.map(text).join('\n');
  return [
    ...unless(said.code === code, `the exit code is ${said.code}, not ${code}: ${said.text.slice(-800)}`),
    ...words.flatMap(word =>
      unless(
        typeof word === 'string' ? texts.includes(word) : word.test(texts),
        `I5: nothing says ${word}: ${texts}`,
      ),
    ),
    ...unless(
      code === 0 || code === null || failures.some(({ next }) => next !== undefined),
      `I5: nothing says what to do next: ${texts}`,
    ),
  ];
}

function text({ what, where, why, next }: ErrorView): string {
  return [what, where, why, next].filter(part => part !== undefined).join('; ');
}

/** The number of a step of a host in an undisturbed run, by what it is. */
export function stepNumber(known: Reference, host: number, pattern: RegExp): number {
  const line = known.logs[host]?.find(one => one.startsWith('step ') && pattern.test(one));
  if (line === undefined) throw new Error(`no step is like ${pattern}`);
  return Number(line.split(' ')[1]);
}

/** Inodes and times of all hosts' files. */
export function touches({ scene }: Stage): readonly State[] {
  return scene.hosts.map(touchesOf);
}

/** What differs on a host from how it was before the first run. */
export function changed({ ground, scene, known }: Stage, host: number): readonly string[] {
  const light = scene.hosts[host];
  if (light === undefined) throw new Error(`no host ${host}`);
  return differences(known.before[host] ?? new Map(), stateOf(ground, light, services));
}

/** Waits until the host is held, unless the run ends before. */
export async function held(stage: Stage, host: number, saying: Promise<Said>): Promise<readonly string[]> {
  let over: Said | undefined;
  void saying.then(said => {
    over = said;
  });
  const light = stage.scene.hosts[host];
  await until('held', () => light?.isHeld() || over !== undefined || undefined, 180);
  return over === undefined ? [] : [`the run ended before it was held: ${over.text.slice(-600)}`];
}

/** Milliseconds that some work took, and its answer. */
export async function timed<T>(work: Promise<T>): Promise<readonly [milliseconds: number, answer: T]> {
  const since = performance.now();
  const answer = await work;
  return [performance.now() - since, answer];
}

/** A limit on what should never hang. */
export async function within<T>(seconds: number, work: Promise<T>): Promise<T | undefined> {
  const stop = new AbortController();
  const late = sleep(seconds * 1000, undefined, { signal: stop.signal }).catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    stop.abort();
  }
}
