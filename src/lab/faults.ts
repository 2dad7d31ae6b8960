import { stat } from 'node:fs/promises';
import { exit, Problem } from '../model/problem.ts';
import { inside } from './inside.ts';
import { withLabLock } from './lab-lock.ts';
import { findMachine, stopMachine } from './machine.ts';
import { tapName } from './names.ts';
import { switchOn } from './power.ts';
import { signalProcess } from './process-table.ts';
import { type Patience, untilBooted, untilReachable } from './ready.ts';
import { run } from './run.ts';
import { type RunningLab, runningHost } from './running-lab.ts';
import { sshArgv } from './ssh.ts';
import { readState } from './state.ts';

/** Stops a host's clock: it keeps all its connections and answers none. */
export async function freeze(lab: RunningLab, host: string): Promise<void> {
  await signalMachine(lab, host, 'SIGSTOP');
}

/** Lets a frozen host go on where it stopped. */
export async function thaw(lab: RunningLab, host: string): Promise<void> {
  await signalMachine(lab, host, 'SIGCONT');
}

/** Pulls a host's plug: nothing is shut down. Its disk keeps what was written to it. */
export async function powerOff(lab: RunningLab, host: string): Promise<void> {
  runningHost(lab, host);
  await withLabLock(lab.name, () => stopMachine(lab.name, host));
}

/** Switches a host on that is off, and waits until it is up. */
export async function powerOn(lab: RunningLab, host: string, patience: Patience = {}): Promise<void> {
  await withLabLock(lab.name, async () => {
    const state = await readState(lab.name);
    const spec = state?.spec.hosts.find(({ name }) => name === host);
    if (state === undefined || spec === undefined) {
      throw new Problem(`the lab ${lab.name} has no host ${host}`, { code: exit.input });
    }
    if ((await findMachine(lab.name, host)) === undefined) await switchOn(state, spec);
  });
  await untilBooted(lab, runningHost(lab, host), patience);
  await untilReachable(lab, [runningHost(lab, host)], patience);
}

/** Has hosts shut down and boot again, all at once, and waits until they are up. */
export async function reboot(
  lab: RunningLab,
  hosts: readonly string[],
  patience: Patience = {},
): Promise<void> {
  await Promise.all(
    hosts.map(async name => {
      const host = runningHost(lab, name);
      const { size } = await stat(host.consoleLog);
      await run(inside(lab.namespace, sshArgv(lab, name, ['systemctl', 'reboot'])), {
        signal: patience.signal,
      });
      await untilBooted(lab, host, patience, size);
    }),
  );
  await untilReachable(
    lab,
    hosts.map(name => runningHost(lab, name)),
    patience,
  );
}

/** Pulls the cable of a host's card; the card does not notice, as with a switch in between. */
export async function unplug(lab: RunningLab, host: string, nic: string): Promise<void> {
  await run(['ip', '-n', lab.namespace, 'link', 'set', tapName(host, nic), 'down']);
}

/** Puts a cable back. */
export async function plug(lab: RunningLab, host: string, nic: string): Promise<void> {
  await run(['ip', '-n', lab.namespace, 'link', 'set', tapName(host, nic), 'up']);
}

async function signalMachine(lab: RunningLab, host: string, signal: NodeJS.Signals): Promise<void> {
  const machine = await findMachine(lab.name, host);
  if (machine === undefined) throw new Problem(`the lab host ${host} is off`, { code: exit.failed });
  signalProcess(machine.pid, signal);
}
