import { exit, Problem } from '../model/problem.ts';
import { namespaceOf } from './names.ts';
import { labPaths } from './paths.ts';
import type { LabHost, LabSpec } from './spec.ts';
import { readState } from './state.ts';

/** A lab that exists. Its hosts can be reached from inside its network namespace alone. */
export interface RunningLab {
  readonly name: string;
  readonly namespace: string;
  /** State, keys and console logs; goes with the lab. */
  readonly directory: string;
  /** Opens root@, lab@ (who has sudo) and admin@ (whose sudo asks for his password, `lab`) on every host. */
  readonly identityFile: string;
  /** Every host's key, by its name and by each of its addresses. */
  readonly knownHostsFile: string;
  readonly hosts: readonly RunningHost[];
}

export interface RunningHost {
  readonly name: string;
  /** The first one of all: where to reach it. */
  readonly address: string;
  readonly addresses: readonly string[];
  readonly consoleLog: string;
}

/** The lab of this name, if there is one; its hosts may be off (see `labStatus`). */
export async function openLab(name: string): Promise<RunningLab | undefined> {
  const state = await readState(name);
  return state && runningLab(state.spec);
}

/** How to reach the lab of a spec. */
export function runningLab({ name, hosts }: LabSpec): RunningLab {
  const paths = labPaths(name);
  return {
    name,
    namespace: namespaceOf(name),
    directory: paths.run,
    identityFile: paths.identity,
    knownHostsFile: paths.knownHosts,
    hosts: hosts.map(host => hostView(host, paths.host(host.name).console)),
  };
}

function hostView({ name, nics }: LabHost, consoleLog: string): RunningHost {
  const addresses = nics.flatMap(nic => nic.addresses.map(address => address.split('/')[0] ?? ''));
  return { name, address: addresses[0] ?? '', addresses, consoleLog };
}

/** A host of the lab by its name; a Problem when it has none of that name. */
export function runningHost(lab: RunningLab, name: string): RunningHost {
  const found = lab.hosts.find(host => host.name === name);
  if (found !== undefined) return found;
  const why = `it has ${lab.hosts.map(host => host.name).join(', ')}`;
  throw new Problem(`the lab ${lab.name} has no host ${name}`, { code: exit.input, why });
}
