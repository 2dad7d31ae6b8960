import type { Host } from '../model/cluster.ts';
import type { Program } from '../model/playbook.ts';
import { type HostWork, removal } from './look.ts';

/** Hosts that act at the same time, each with the stage that it does then. Waves are barriers. */
export interface Wave {
  readonly name: string;
  readonly steps: readonly { readonly host: string; readonly stage: string }[];
}

/** What is to be done on each host, and when. */
export interface Schedule {
  readonly works: readonly HostWork[];
  readonly waves: readonly Wave[];
  /** While nobody is served yet, each host may go through its waves by itself. */
  readonly atOnceWhileIdle?: boolean;
}

/** Makes hosts as a program says, stage by stage; what its playbook no longer wants on them goes last. */
export function upwards({ playbook, atOnceWhileIdle, stages }: Program, hosts: readonly Host[]): Schedule {
  const meant = new Set(hosts.map(({ name }) => name));
  const wanted = stages.map(({ name, hosts: members }) => ({
    name,
    of: new Map(members.map(({ host, resources }) => [host.name, resources])),
  }));
  return {
    atOnceWhileIdle,
    works: hosts.map(host => ({
      host,
      playbook,
      releases: new Set([playbook]),
      stages: wanted.flatMap(({ name, of }) => {
        const resources = of.get(host.name);
        return resources === undefined ? [] : [{ name, resources }];
      }),
    })),
    waves: [
      ...stages.map(({ name, hosts: members }) => ({
        name,
        steps: members
          .filter(({ host }) => meant.has(host.name))
          .map(({ host }) => ({ host: host.name, stage: name })),
      })),
      { name: removal, steps: [...meant].map(host => ({ host, stage: removal })) },
    ],
  };
}

/**
 * Wants nothing on hosts: all that `releases` owns goes back to its state from before. Hosts go in the reverse order of
 * the stages that made them, so directors leave before the RS behind them.
 */
export function downwards(
  { playbook, stages }: Program,
  hosts: readonly Host[],
  releases: HostWork['releases'],
): Schedule {
  const last = new Map(
    stages.flatMap((stage, index) => stage.hosts.map(({ host }): [string, number] => [host.name, index])),
  );
  const at = ({ name }: Host) => last.get(name) ?? -1;
  const order = [...new Set(hosts.map(at))].sort((a, b) => b - a);
  return {
    works: hosts.map(host => ({ host, playbook, releases, stages: [] })),
    waves: order.map(index => ({
      name: stages[index]?.name ?? 'other hosts',
      steps: hosts.filter(host => at(host) === index).map(({ name: host }) => ({ host, stage: removal })),
    })),
  };
}
