import { machineIdOf, macOf, tapName } from './names.ts';
import type { LabPaths } from './paths.ts';
import type { LabHost } from './spec.ts';

/** MiB of a host that asks for nothing else. */
export const defaultMemoryMiB = 192;

/** The command line of a host: User Mode Linux is a kernel that runs as a process. */
export function umlArgv(lab: string, host: LabHost, image: string, paths: LabPaths): string[] {
  const { disk, configDrive } = paths.host(host.name);
  return [
    paths.starter,
    `mem=${host.memoryMiB ?? defaultMemoryMiB}M`,
    `umid=${host.name}`,
    `uml_dir=${paths.uml}`,
    ...['root=/dev/ubda', 'ro', `ubd0=${disk},${image}`, `ubd1r=${configDrive}`],
    ...host.nics.map((nic, index) => {
      const tap = `transport=tap,ifname=${tapName(host.name, nic.name)}`;
      return `vec${index}:${tap},mac=${macOf(lab, host.name, nic.name)},depth=64,gro=1`;
    }),
    // Descriptors that can be polled: on a file, on /dev/null or on nothing the console driver complains at length.
    ...['con=none', 'ssl=none', 'con0=fd:0,fd:1'],
    `systemd.hostname=${host.name}`,
    `systemd.machine_id=${machineIdOf(lab, host.name)}`,
  ];
}
