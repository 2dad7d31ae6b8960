import type { HostTimes, Meter, Phase } from '../model/timing.ts';

/** Does the work and tells the meter how long it took, also where it failed. */
export async function timed<T>(
  meter: Meter | undefined,
  host: string,
  phase: Phase,
  work: () => Promise<T>,
): Promise<T> {
  const from = performance.now();
  try {
    return await work();
  } finally {
    meter?.(host, phase, (performance.now() - from) / 1000);
  }
}

/** Adds up what it is told. */
export class Stopwatch {
  readonly #hosts = new Map<string, Map<Phase, number>>();

  readonly meter: Meter = (host, phase, seconds) => {
    const times = this.#hosts.get(host) ?? new Map<Phase, number>();
    this.#hosts.set(host, times);
    times.set(phase, (times.get(phase) ?? 0) + seconds);
  };

  /** The slowest host first. */
  hosts(): readonly HostTimes[] {
    const rounded = (seconds: number) => Math.round(seconds * 1e4) / 1e4;
    return [...this.#hosts]
      .map(([host, times]) => ({
        host,
        seconds: rounded([...times.values()].reduce((sum, seconds) => sum + seconds, 0)),
        phases: Object.fromEntries([...times].map(([phase, seconds]) => [phase, rounded(seconds)])),
      }))
      .sort((a, b) => b.seconds - a.seconds);
  }
}
