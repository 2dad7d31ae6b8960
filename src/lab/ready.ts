import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../model/problem.ts';
import { bootState, consoleTail, readConsole } from './console.ts';
import { inside } from './inside.ts';
import { findMachine, type Machine } from './machine.ts';
import { attempt } from './run.ts';
import type { RunningHost, RunningLab } from './running-lab.ts';

export interface Patience {
  /** Default 120. */
  readonly seconds?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const defaultSeconds = 120;

/** Waits until the console says that a host's services are up, read from `from` on (default: since it was switched on). */
export async function untilBooted(
  lab: RunningLab,
  host: RunningHost,
  patience: Patience = {},
  from?: number,
): Promise<void> {
  const seconds = patience.seconds ?? defaultSeconds;
  for (const deadline = Date.now() + seconds * 1000; ; await sleep(100)) {
    patience.signal?.throwIfAborted();
    const machine = await findMachine(lab.name, host.name);
    const text = await readConsole(host.consoleLog, from ?? machine?.consoleStart);
    const state = bootState(text);
    if (machine !== undefined && state === 'up') return;
    const failure =
      failureOf(machine, state) ?? (Date.now() > deadline ? `not up after ${seconds} s` : undefined);
    if (failure !== undefined) throw bootProblem(host, failure, text);
  }
}

/** Waits until every host shows, over the network, the SSH key that the lab made for it. */
export async function untilReachable(
  lab: RunningLab,
  hosts: readonly RunningHost[],
  patience: Patience = {},
): Promise<void> {
  const seconds = patience.seconds ?? defaultSeconds;
  let missing = hosts;
  for (const deadline = Date.now() + seconds * 1000; ; await sleep(200)) {
    const addresses = missing.map(host => host.address);
    const scan = inside(lab.namespace, ['ssh-keyscan', '-T', '5', '-t', 'ed25519', ...addresses]);
    const { stdout } = await attempt(scan, { signal: patience.signal });
    const seen = new Set(stdout.split('\n').map(line => line.split(' ')[0]));
    missing = missing.filter(host => !seen.has(host.address));
    const [first] = missing;
    if (first === undefined) return;
    if (Date.now() > deadline) {
      throw bootProblem(
        first,
        `no SSH at ${first.address} after ${seconds} s`,
        await readConsole(first.consoleLog),
      );
    }
  }
}

function failureOf(machine: Machine | undefined, state: ReturnType<typeof bootState>): string | undefined {
  if (typeof state === 'object') return state.failure;
  if (machine === undefined) return 'its machine has ended';
  return machine.frozen ? 'it is frozen' : undefined;
}

function bootProblem(host: RunningHost, failure: string, text: string): Problem {
  return new Problem(`the lab host ${host.name} does not come up: ${failure}`, {
    where: host.consoleLog,
    why: consoleTail(text),
  });
}
