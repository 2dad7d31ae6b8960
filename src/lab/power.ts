import { writeAtomically } from './atomic-file.ts';
import { configDrive } from './config-drive.ts';
import type { labKeys } from './keys.ts';
import { startMachine, stopMachine } from './machine.ts';
import { memoryDirectory } from './memory.ts';
import { labPaths } from './paths.ts';
import type { LabHost, LabSpec } from './spec.ts';
import { writeStarter } from './starter.ts';
import type { LabState } from './state.ts';
import { defaultMemoryMiB } from './uml.ts';

/** Puts a host's config drive where its machine will look for it. */
export async function writeConfigDrive(
  spec: LabSpec,
  host: LabHost,
  keys: Awaited<ReturnType<typeof labKeys>>,
): Promise<void> {
  const own = keys.hosts.get(host.name);
  if (own === undefined) throw new Error(`no key was made for ${host.name}`);
  const drive = configDrive(spec, host, { host: own, opening: keys.opening });
  await writeAtomically(labPaths(spec.name).host(host.name).configDrive, drive);
}

/** Switches a host on, which must be off; what a dead machine may have left running is ended first. */
export async function switchOn(state: LabState, host: LabHost): Promise<void> {
  await stopMachine(state.spec.name, host.name);
  await writeStarter(state.spec.name);
  await startMachine(state, host, await memoryDirectory(host.memoryMiB ?? defaultMemoryMiB));
}
