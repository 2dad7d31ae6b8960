import type { Finding } from '../diagnostic.ts';
import type { Path } from '../path.ts';
import { type Rule, wrong } from './rule.ts';

/** keepalived looks for a program along no PATH. */
export function* notAbsolute(path: Path, words: readonly string[] | undefined): Iterable<Finding> {
  const [program] = words ?? [];
  if (program === undefined || program.startsWith('/')) return;
  yield wrong(
    [...path, 0],
    `${program} is not the whole path of a program`,
    `write /usr/local/bin/${program}`,
  );
}

/** The scripts of services and their real servers; those of checks are looked at with the checks. */
const programs: Rule = {
  reads: ['services'],
  *check({ services }) {
    for (const { path, yaml, servers } of services) {
      yield* notAbsolute([...path, 'quorum_up'], yaml.quorum_up);
      yield* notAbsolute([...path, 'quorum_down'], yaml.quorum_down);
      for (const server of servers) {
        yield* notAbsolute([...server.path, 'notify_up'], server.yaml.notify_up);
        yield* notAbsolute([...server.path, 'notify_down'], server.yaml.notify_down);
      }
    }
  },
};

/** The exit code that says a weight is two more than it, and at most 255. */
const heaviest = 253;

const weights: Rule = {
  reads: ['services'],
  *check({ services }) {
    for (const { yaml, servers } of services) {
      for (const { path, weight, yaml: server } of servers) {
        const dynamic = [server.check ?? yaml.check ?? []]
          .flat()
          .some(check => check.type === 'script' && check.dynamic_weight);
        if (!dynamic || weight <= heaviest) continue;
        const message = `an exit code cannot say a weight of ${weight}`;
        yield wrong([...path, 'weight'], message, `write at most ${heaviest}, or no dynamic_weight`);
      }
    }
  },
};

export const scriptRules: readonly Rule[] = [programs, weights];
