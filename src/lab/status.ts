import { stat } from 'node:fs/promises';
import { bootState, readConsole } from './console.ts';
import { findMachine } from './machine.ts';
import { namespaceExists } from './network.ts';
import { labPaths } from './paths.ts';
import { type RunningHost, runningLab } from './running-lab.ts';
import { readState } from './state.ts';

/** `failed` is on, but did not come up; its console tells why. */
export type HostState = 'off' | 'booting' | 'failed' | 'up' | 'frozen';

export interface LabStatus {
  readonly name: string;
  readonly namespace: string;
  readonly directory: string;
  /** False when the lab's network is not, or no longer, there. */
  readonly network: boolean;
  readonly hosts: readonly HostStatus[];
}

export interface HostStatus extends RunningHost {
  readonly state: HostState;
  /** The machine's process, when it is on. */
  readonly pid: number | undefined;
  /** What its disk takes, beyond the base image. */
  readonly diskMiB: number;
}

/** What there is of a lab, also of one that was left half made; undefined when there is none. */
export async function labStatus(name: string): Promise<LabStatus | undefined> {
  const state = await readState(name);
  if (state === undefined) return undefined;
  const { namespace, directory, hosts } = runningLab(state.spec);
  return {
    name,
    namespace,
    directory,
    network: await namespaceExists(name),
    hosts: await Promise.all(hosts.map(status)),
  };

  async function status(host: RunningHost): Promise<HostStatus> {
    const machine = await findMachine(name, host.name);
    const disk = await stat(labPaths(name).host(host.name).disk).catch(() => undefined);
    return {
      ...host,
      state: await hostState(name, host.name),
      pid: machine?.pid,
      diskMiB: Math.ceil(((disk?.blocks ?? 0) * 512) / 1024 / 1024),
    };
  }
}

/** The state of one host, from its process and its console. */
export async function hostState(lab: string, host: string): Promise<HostState> {
  const machine = await findMachine(lab, host);
  if (machine === undefined) return 'off';
  if (machine.frozen) return 'frozen';
  const boot = bootState(await readConsole(labPaths(lab).host(host).console, machine.consoleStart));
  return typeof boot === 'string' ? boot : 'failed';
}
