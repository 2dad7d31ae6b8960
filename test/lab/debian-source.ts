import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aptSettings } from '../../src/lab/image/apt-settings.ts';

/** Debian's source of ipvsadm, by this machine's apt, which checks its sum; lists and package go to a directory of their own. */
export async function debianSource(): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'lvsform-source-'));
  try {
    await mkdir(join(folder, 'lists', 'partial'), { recursive: true });
    const codename = /^VERSION_CODENAME=(\w+)/m.exec(await readFile('/etc/os-release', 'utf8'))?.[1] ?? '';
    const { sources } = await aptSettings(codename);
    await writeFile(
      join(folder, 'sources.list'),
      sources.map(line => `${line.replace(/^deb /, 'deb-src ')}\n`).join(''),
    );
    const options = [
      `Dir::Etc::SourceList=${folder}/sources.list`,
      'Dir::Etc::SourceParts=/dev/null',
      `Dir::State::Lists=${folder}/lists`,
    ].flatMap(option => ['-o', option]);
    const apt = (...args: readonly string[]) =>
      new Promise<void>((resolve, reject) => {
        const child = spawn('apt-get', ['-q', ...options, ...args], { cwd: folder, stdio: 'ignore' });
        child.once('error', reject);
        child.once('exit', code =>
          code === 0 ? resolve() : reject(new Error(`apt-get ended with ${code}`)),
        );
      });
    await apt('update');
    await apt('source', '--download-only', '--tar-only', 'ipvsadm');
    return await readFile(join(folder, 'ipvsadm_1.31.orig.tar.gz'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
