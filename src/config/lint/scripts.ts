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

export const scriptRules: readonly Rule[] = [programs];
