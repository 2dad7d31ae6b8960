import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { exit, Problem } from '../model/problem.ts';
import { inside } from './inside.ts';
import { withLabLock } from './lab-lock.ts';
import { findMachine, stopMachine } from './machine.ts';
import { bridgeName, tapName } from './names.ts';
import { switchOn } from './power.ts';
import { signalProcess } from './process-table.ts';
import { type Patience, untilBooted, untilReachable } from './ready.ts';
import { run } from './run.ts';
import { type RunningLab, runningHost } from './running-lab.ts';
import type { LabNic } from './spec.ts';
import { sshArgv } from './ssh.ts';
import { readState } from './state.ts';

/** Stops a host's clock: it keeps all its connections and answers none. */
export async function freeze(lab: RunningLab, host: string): Promise<void> {
  await setFrozen(lab, host, true);
}

/** Lets a frozen host go on where it stopped. */
export async function thaw(lab: RunningLab, host: string): Promise<void> {
  await setFrozen(lab, host, false);
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
  // Its tap must stay up: one that is down refuses frames, over which the guest's driver loops for ever.
  await run([
    'ip',
    '-n',
    lab.namespace,
    'link',
    'set',
    tapName(host, (await nicOf(lab, host, nic)).name),
    'nomaster',
  ]);
}

/** Puts a cable back. */
export async function plug(lab: RunningLab, host: string, nic: string): Promise<void> {
  const bridge = bridgeName((await nicOf(lab, host, nic)).segment);
  await run(['ip', '-n', lab.namespace, 'link', 'set', tapName(host, nic), 'master', bridge]);
}

async function nicOf(lab: RunningLab, host: string, name: string): Promise<LabNic> {
  const state = await readState(lab.name);
  const spec = state?.spec.hosts.find(other => other.name === host);
  const found = spec?.nics.find(nic => nic.name === name);
  if (found === undefined)
    throw new Problem(`the lab ${lab.name} has no card ${name} in ${host}`, { code: exit.input });
  return found;
}

async function setFrozen(lab: RunningLab, host: string, frozen: boolean): Promise<void> {
  for (;;) {
    const machine = await findMachine(lab.name, host);
    if (machine === undefined) throw new Problem(`the lab host ${host} is off`, { code: exit.failed });
    if (machine.frozen === frozen) return;
    signalProcess(machine.pid, frozen ? 'SIGSTOP' : 'SIGCONT');
    await sleep(10); // A signal takes effect when the process is scheduled next.
  }
}
