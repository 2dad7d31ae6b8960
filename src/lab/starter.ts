import { writeAtomically } from './atomic-file.ts';
import { labPaths } from './paths.ts';
import { buildWideRegisters, needsWideRegisters } from './wide-registers.ts';

/*
 * To reboot, User Mode Linux executes the program of its argv[0] once more, in the same process. The
 * descriptors of its taps are still open then, and a tap that is open cannot be opened again. So the
 * program of argv[0] is this script, which closes them first.
 */
const script = `#!/bin/bash
for link in /proc/$$/fd/*; do
  if [[ $(readlink "$link") == /dev/net/tun ]]; then
    descriptor=\${link##*/}
    exec {descriptor}>&-
  fi
done
library=$0.so
if [[ -e $library ]]; then export LD_PRELOAD=$library; fi
exec -a "$0" linux.uml "$@"
`;

/** Puts the program in place that starts a lab's machines. It lies with the disks, because /run may be mounted noexec. */
export async function writeStarter(lab: string): Promise<void> {
  const { starter } = labPaths(lab);
  await writeAtomically(starter, script, 0o700);
  if (await needsWideRegisters()) await buildWideRegisters(`${starter}.so`);
}
