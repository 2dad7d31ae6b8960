import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { attempt, run, withSystemPath } from './run.ts';
import { needsWideRegisters } from './wide-registers.ts';

/** The programs of this machine that a lab is made with, and Debian's packages of them. */
const packages: Readonly<Record<string, string>> = {
  'apt-ftparchive': 'apt-utils',
  'linux.uml': 'user-mode-linux',
  'ssh-keygen': 'openssh-client',
  'ssh-keyscan': 'openssh-client',
  flock: 'util-linux',
  ip: 'iproute2',
  mke2fs: 'e2fsprogs',
  mmdebstrap: 'mmdebstrap',
  nsenter: 'util-linux',
  setpriv: 'util-linux',
  ssh: 'openssh-client',
  unshare: 'util-linux',
};

/** Installs what is missing of the lab's tools, with apt. */
export async function ensureHostPackages(
  onProgress: (text: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  const missing = await missingPackages();
  if (missing.length === 0) return;
  onProgress(`installing ${missing.join(', ')} on this machine`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = ['apt-get', '--quiet', '--yes', '-o', 'DPkg::Lock::Timeout=300'] as const;
  const install = [...apt, '--no-install-recommends', 'install', ...missing] as const;
  if ((await attempt(install, { env, signal })).code === 0) return;
  await run([...apt, 'update'], { env, signal });
  await run(install, { env, signal });
}

async function missingPackages(): Promise<string[]> {
  const needed = { ...packages, ...((await needsWideRegisters()) && { tcc: 'tcc' }) };
  const found = await Promise.all(
    Object.entries(needed).map(async ([name, of]) => ((await onPath(name)) ? [] : [of])),
  );
  return [...new Set(found.flat())].sort();
}

async function onPath(program: string): Promise<boolean> {
  const directories = (withSystemPath()['PATH'] ?? '').split(':');
  const found = await Promise.all(
    directories.map(directory =>
      access(join(directory, program), constants.X_OK).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.includes(true);
}
