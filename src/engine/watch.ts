import { setTimeout as sleep } from 'node:timers/promises';
import type { Answers, Ask } from '../model/probe.ts';
import { Problem } from '../model/problem.ts';
import type { Sign } from '../model/sign.ts';
import type { Compared } from './plan.ts';

/** What services held for others is gone after their change. */
export class Lost extends Problem {
  readonly services: ReadonlySet<string>;

  constructor(host: string, gone: readonly Watched[]) {
    const names = gone.map(({ sign }) => sign.name).join(', ');
    const services = new Set(gone.map(({ service }) => service));
    super(`${[...services].join(', ')}: ${names} was lost`, {
      where: host,
      why: `the host had it before the change, and no longer has it: ${names}`,
    });
    this.services = services;
  }
}

/** A sign that was seen, the service that is to keep it, and the seconds within which its loss would show. */
interface Watched {
  readonly sign: Sign;
  readonly service: string;
  readonly shows: number;
}

export interface Watching {
  readonly host: string;
  ask(asks: readonly Ask[]): Promise<Answers>;
  /** Whether another host of the run has it. */
  elsewhere(name: string): Promise<boolean>;
  /** No sign is waited for longer, in seconds. */
  readonly longest: number;
  readonly signal: AbortSignal | undefined;
}

/** Sees to it that what services hold for others outlives their change. */
export class Watch {
  readonly #watched: readonly Watched[];
  readonly #how: Watching;

  private constructor(watched: readonly Watched[], how: Watching) {
    this.#watched = watched;
    this.#how = how;
  }

  /** Sees what the services that are about to change hold now. What cannot be read yet is not held. */
  static async begin(compared: readonly Compared[], how: Watching): Promise<Watch> {
    const candidates = compared.flatMap(one => watchedOf(one, compared));
    if (candidates.length === 0) return new Watch([], how);
    const answers = await how.ask(candidates.flatMap(({ sign }) => sign.asks));
    return new Watch(
      candidates.filter(({ sign }) => holds(sign, answers)),
      how,
    );
  }

  /** Reads until everything is held and its loss would have shown; throws Lost for what stays away. */
  async end(): Promise<void> {
    let watched = this.#watched;
    const since = performance.now();
    const lostAt = new Map<Watched, number>();
    while (watched.length > 0) {
      const answers = await this.#how.ask(watched.flatMap(({ sign }) => sign.asks));
      const now = (performance.now() - since) / 1000;
      const lost = watched.filter(({ sign }) => !sign.held(answers));
      for (const one of watched) {
        if (!lost.includes(one)) lostAt.delete(one);
        else if (!lostAt.has(one)) lostAt.set(one, now);
      }
      const gone = lost.filter(one => now - (lostAt.get(one) ?? now) >= this.#atMost(one.sign.patience));
      const moved = await this.#moved(gone);
      if (gone.length > moved.length)
        throw new Lost(
          this.#how.host,
          gone.filter(one => !moved.includes(one)),
        );
      watched = watched.filter(one => !moved.includes(one));
      if (lost.length === moved.length && watched.every(({ shows }) => now >= this.#atMost(shows))) return;
      await sleep(500);
      this.#how.signal?.throwIfAborted();
    }
  }

  /** The names of what is held neither here nor elsewhere. */
  async missing(): Promise<readonly string[]> {
    if (this.#watched.length === 0) return [];
    const answers = await this.#how.ask(this.#watched.flatMap(({ sign }) => sign.asks));
    const lost = this.#watched.filter(({ sign }) => !sign.held(answers)).map(({ sign }) => sign.name);
    const there = await Promise.all(lost.map(name => this.#how.elsewhere(name)));
    return lost.filter((_, index) => !there[index]);
  }

  async #moved(gone: readonly Watched[]): Promise<readonly Watched[]> {
    const there = await Promise.all(
      gone.map(({ sign }) => (sign.moves ? this.#how.elsewhere(sign.name) : false)),
    );
    return gone.filter((_, index) => there[index]);
  }

  #atMost(seconds: number): number {
    return Math.min(seconds, this.#how.longest);
  }
}

/** Whether it is held now; what cannot be read is not known to be. */
export function holds(sign: Sign, answers: Answers): boolean {
  try {
    return sign.held(answers);
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}

function watchedOf(service: Compared, compared: readonly Compared[]): readonly Watched[] {
  const { kind, subject, from, to, change, holds: signs } = service;
  if (change === undefined || from === undefined || to === undefined) return [];
  const inputs = new Set(kind.inputs?.(subject));
  const changed = compared.filter(one => one.change !== undefined && inputs.has(one.address));
  return signs.map(sign => ({
    sign,
    service: service.address,
    shows: changed.some(input => sign.concerned?.(input.from, input.to) ?? true) ? sign.shows : 0,
  }));
}
