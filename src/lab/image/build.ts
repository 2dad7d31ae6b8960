import { chmod, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Argv } from '../../model/command.ts';
import { run } from '../run.ts';
import { aptSettings } from './apt-settings.ts';
import { guestFiles } from './guest-files.ts';
import { installed, offered, preinstalled } from './packages.ts';
import { customizeScript, diskMiB, leftOut, type Recipe } from './recipe.ts';

/** How the directories of unfinished builds begin. */
export const buildPrefix = 'build-';

/** Builds the base image at `path`: all of it or, after a crash, only a directory beside it that the next build removes. */
export async function buildImage(
  path: string,
  recipe: Recipe,
  onLine: (line: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  const build = await mkdtemp(join(dirname(path), buildPrefix));
  try {
    await writeInputs(build, recipe);
    const root = join(build, 'root');
    const draft = join(build, 'image.ext4');
    const env = {
      ...process.env,
      BUILD: build,
      KERNEL: recipe.kernel,
      IMAGE: recipe.image,
      DEBIAN_FRONTEND: 'noninteractive',
    };
    // unshare passes no SIGTERM on, but takes its children with it when it dies.
    const contained = { env, signal, onLine, killSignal: 'SIGKILL' } as const;
    await run([...containment, ...(await debootstrap(build, root, recipe, signal))], contained);
    await run(
      [...containment, 'mke2fs', '-q', '-t', 'ext4', '-L', 'lab', '-d', root, draft, `${diskMiB}M`],
      contained,
    );
    await rename(draft, path);
  } finally {
    await rm(build, { recursive: true, force: true });
  }
}

// If this process dies, so does the build with all its mounts, which no other process ever saw.
const containment: Argv = [
  ...(['setpriv', '--pdeathsig', 'KILL'] as const),
  ...['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'],
];

async function debootstrap(build: string, root: string, recipe: Recipe, signal?: AbortSignal): Promise<Argv> {
  const apt = await aptSettings(recipe.suite, signal);
  const sources = join(build, 'sources.list');
  await writeFile(sources, apt.sources.map(line => `${line}\n`).join(''));
  return [
    'mmdebstrap',
    ...['--mode=root', '--variant=minbase', `--include=${installed[recipe.image].join(',')}`],
    ...apt.options.map(option => `--aptopt=${option}`),
    ...leftOut.map(path => `--dpkgopt=path-exclude=${path}`),
    '--customize-hook="$BUILD/customize" "$1"',
    '--skip=cleanup/apt',
    ...[recipe.suite, root],
    ...(apt.sources.length > 0 ? [sources] : []),
  ];
}

async function writeInputs(build: string, recipe: Recipe): Promise<void> {
  const list = (names: readonly string[]) => names.map(name => `${name}\n`).join('');
  await writeFile(join(build, 'offered'), list(offered[recipe.image]));
  await writeFile(join(build, 'preinstalled'), list(recipe.preinstalled ? preinstalled[recipe.image] : []));
  await writeFile(join(build, 'customize'), customizeScript, { mode: 0o755 });
  for (const file of guestFiles(recipe.image)) {
    const path = join(build, 'overlay', file.path);
    await mkdir(dirname(path), { recursive: true, mode: 0o755 });
    if ('link' in file) await symlink(file.link, path);
    else await writeFile(path, file.content);
    if ('executable' in file) await chmod(path, 0o755);
  }
}
