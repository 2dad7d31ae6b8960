import type { Plan } from '../../src/model/change.ts';
import { figure } from '../faults/figure.ts';

type Told = {
  readonly event: string;
  readonly host?: string;
  readonly address?: string;
  readonly plan?: Plan;
};

/** Whether what runs made is what their plans had said, over all runs of a scene. */
export class Predictions {
  #made = 0;
  /** What was made and not planned, or planned and not made. */
  readonly wrong: string[] = [];

  /** Takes in the events of one run that came to a good end. */
  add(stdout: string): void {
    const events = stdout
      .split('\n')
      .filter(line => line.startsWith('{'))
      .map(line => JSON.parse(line) as Told);
    const planned = events.flatMap(({ plan }) =>
      (plan?.hosts ?? []).flatMap(({ host, changes }) => changes.map(({ address }) => `${host} ${address}`)),
    );
    const made = events.flatMap(({ event, host, address }) =>
      event === 'change.done' ? [`${host} ${address}`] : [],
    );
    const wrong = [
      ...planned.filter(each => !made.includes(each)).map(each => `planned and not made: ${each}`),
      ...made.filter(each => !planned.includes(each)).map(each => `made and not planned: ${each}`),
    ];
    this.#made += Math.max(planned.length, made.length);
    this.wrong.push(...wrong);
  }

  /** Prints the share of changes that were predicted, where there were any. */
  tell(): void {
    const right = this.#made - this.wrong.length;
    if (this.#made > 0) figure('lab-predicted', (100 * right) / this.#made, '%', { atLeast: 100 });
  }
}
