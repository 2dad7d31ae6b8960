import { load, stop } from '../kinds/load-service.ts';
import type { Plan } from '../model/change.ts';
import type { Command } from '../model/command.ts';
import type { Reporter } from '../model/event.ts';
import { Problem } from '../model/problem.ts';
import type { Transport } from '../model/transport.ts';
import type { Deaf } from '../verify/directors/deaf.ts';

const keepalived = { unit: 'keepalived', reload: [], restart: [] };

/**
 * Directors that would not hear each other while they change: keepalived is stopped on those that carry no VIP before who
 * carries them changes, and their own change, which comes last, starts it. Where the run ends before that, it is started
 * as it was.
 */
export class Standstill {
  readonly #deaf: Deaf;
  readonly #plan: Plan;
  readonly #transportOf: (host: string) => Transport;
  readonly #report: Reporter;
  readonly #stopped = new Set<string>();

  constructor(deaf: Deaf, plan: Plan, transportOf: (host: string) => Transport, report: Reporter) {
    this.#deaf = deaf;
    this.#plan = plan;
    this.#transportOf = transportOf;
    this.#report = report;
  }

  /** Says what will be done, before anything is. */
  tell(): void {
    const { first, stopping, why } = this.#deaf;
    if (stopping.length === 0) return;
    const text = `keepalived stops on ${stopping.join(' and ')} while ${first.join(' and ')} changes, so that no two carry one VIP (${why.join('; ')}); until it works again nobody could take over`;
    this.#report({ event: 'note', text });
  }

  /** Whether a host's part in a wave comes last: that which brings what makes it deaf. */
  comesLast(host: string, wave: string): boolean {
    return this.#deaf.waiting.includes(host) && this.#brings(host, wave);
  }

  /** Those of some directors that work, as far as this has to do with it. */
  working(hosts: readonly string[]): readonly string[] {
    return hosts.filter(host => !this.#stopped.has(host));
  }

  /** Stops who waits before a wave in which who carries the VIPs changes. In a wave of its own each starts by its change. */
  async before(wave: string, hosts: readonly string[]): Promise<void> {
    const { first, stopping } = this.#deaf;
    if (hosts.some(host => first.includes(host) && this.#brings(host, wave))) {
      for (const host of stopping) {
        this.#stopped.add(host);
        await this.#do(host, stop(keepalived));
      }
    }
    for (const host of hosts) if (this.comesLast(host, wave)) this.#stopped.delete(host);
  }

  /** Starts keepalived where it was stopped and nothing else has started it since. */
  async end(): Promise<void> {
    const left = [...this.#stopped];
    this.#stopped.clear();
    for (const host of left) {
      try {
        await this.#do(host, load(keepalived, 'start'));
        this.#report({
          event: 'note',
          host,
          text: 'keepalived, which had stopped for the change, works again',
        });
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        const text = `keepalived, which had stopped for the change, could not be started: systemctl start keepalived there (${error.why})`;
        this.#report({ event: 'note', host, text });
      }
    }
  }

  #brings(host: string, wave: string): boolean {
    return this.#plan.hosts.some(
      each =>
        each.host === host &&
        each.stage === wave &&
        each.changes.some(({ deafens }) => deafens !== undefined),
    );
  }

  async #do(host: string, command: Command): Promise<void> {
    const [result] = await this.#transportOf(host).run([command]);
    if (result?.code === 0) return;
    throw new Problem(`${command.label} failed`, { where: host, why: result?.stderr.trim() ?? 'no answer' });
  }
}
