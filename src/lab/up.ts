import { rm, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { Problem } from '../model/problem.ts';
import { controllerAddresses } from './controller-addresses.ts';
import { ensureHostPackages } from './host-packages.ts';
import { ensureImage, imagePath } from './image/cache.ts';
import type { Recipe } from './image/recipe.ts';
import { baseOf } from './image/systems.ts';
import { inLanes } from './in-lanes.ts';
import { labKeys } from './keys.ts';
import { withLabLock } from './lab-lock.ts';
import { ensureNetwork } from './network.ts';
import { cacheDirectory, labPaths } from './paths.ts';
import { switchOn, writeConfigDrive } from './power.ts';
import { type OnProgress, progress } from './progress.ts';
import { untilBooted, untilReachable } from './ready.ts';
import { checkRequirements } from './requirements.ts';
import { run } from './run.ts';
import { type RunningLab, runningHost, runningLab } from './running-lab.ts';
import { checkSameHosts, checkSpec, type LabHost, type LabSpec } from './spec.ts';
import { imagesInUse, type LabState, readState, writeState } from './state.ts';
import { hostState } from './status.ts';
import { defaultMemoryMiB } from './uml.ts';

export interface UpOptions {
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
  /** How long a host may take to boot; default 120. */
  readonly bootSeconds?: number;
}

// For building the base image: the new root, its image, and the packages in both.
const buildDiskMiB = 3072;
const hostDiskMiB = 256;
// More hosts than this on one core boot so slowly together that their services time out.
const bootsPerCore = 4;

/**
 * Brings a lab up. Hosts that are up (or frozen) are left as they are, the others are booted, so it
 * may be called again after any failure. Throws a Problem where this machine cannot hold the lab, where the
 * spec is faulty or contradicts the running lab, and where a host does not boot.
 */
export async function labUp(spec: LabSpec, options: UpOptions = {}): Promise<RunningLab> {
  checkSpec(spec);
  const { onProgress: tell = () => {}, signal } = options;
  const suite = await checkRequirements(await needsOf(spec), cacheDirectory());
  const lab = runningLab(spec);
  const body = async () => {
    const state = await prepare(spec, suite, tell, signal);
    await ensureNetwork(state);
    await bootMissing(state, lab, tell, options);
    return lab;
  };
  return withLabLock(spec.name, body, { tell, signal });
}

async function needsOf(spec: LabSpec): Promise<{ memoryMiB: number; diskMiB: number }> {
  const off = await hostsIn(spec, ['off']);
  const memoryMiB = off.reduce((sum, host) => sum + (host.memoryMiB ?? defaultMemoryMiB), 0);
  return { memoryMiB, diskMiB: off.length > 0 ? buildDiskMiB + off.length * hostDiskMiB : 0 };
}

/** Writes the lab down, then makes what all its hosts share: tools, base image, keys. */
async function prepare(
  spec: LabSpec,
  suite: string,
  tell: OnProgress,
  signal?: AbortSignal,
): Promise<LabState> {
  const say = (text: string) => tell(progress(text));
  const before = await readState(spec.name);
  if (before !== undefined) checkSameHosts(before.spec, spec);
  await ensureHostPackages(say, signal);
  const kernel = (await run(['linux.uml', '--version'])).trim();
  const kept = await keptImages(before);
  // Disks without a state are a lab's that this machine has forgotten by rebooting.
  if (kept.size === 0) await rm(labPaths(spec.name).disks, { recursive: true, force: true });
  const cache = cacheDirectory();
  const recipes = new Map<string, Recipe>();
  const images = new Map(kept);
  for (const { name, image = 'debian', preinstalled = false } of spec.hosts) {
    if (kept.has(name)) continue;
    const recipe: Recipe = { suite, kernel, image: baseOf(image), preinstalled };
    const path = imagePath(cache, recipe);
    recipes.set(path, recipe);
    images.set(name, path);
  }
  const controller = controllerAddresses(spec);
  const state: LabState = { version: 2, spec, images: Object.fromEntries(images), controller };
  await writeState(state);
  for (const recipe of recipes.values()) await ensureImage(cache, recipe, imagesInUse, say, signal);
  return state;
}

/** The disks of a lab that exists lie on the image that they began with, even if a newer one is there. */
async function keptImages(before: LabState | undefined): Promise<ReadonlyMap<string, string>> {
  const kept = new Map<string, string>();
  for (const [name, image] of Object.entries(before?.images ?? {})) {
    if (await stat(image).catch(() => undefined)) kept.set(name, image);
    else await refuseLostImage(before, image);
  }
  return kept;
}

/** Hosts that run on an image whose file is gone cannot be joined by others, nor boot again. */
async function refuseLostImage(before: LabState | undefined, image: string): Promise<void> {
  if (before === undefined || (await hostsIn(before.spec, ['off'])).length === before.spec.hosts.length)
    return;
  throw new Problem(`the base image of the lab ${before.spec.name} is gone`, {
    where: image,
    next: 'run lvsform lab down, then up again',
  });
}

async function bootMissing(
  state: LabState,
  lab: RunningLab,
  tell: OnProgress,
  options: UpOptions,
): Promise<void> {
  const patience = { seconds: options.bootSeconds, signal: options.signal };
  const missing = new Set(await hostsIn(state.spec, ['off', 'failed']));
  const awaited = await hostsIn(state.spec, ['off', 'failed', 'booting']);
  if (awaited.length === 0) return;
  const keys = await labKeys(state.spec);
  await inLanes(awaited, availableParallelism() * bootsPerCore, async host => {
    const started = performance.now();
    if (missing.has(host)) {
      tell(progress('booting', host.name));
      await writeConfigDrive(state.spec, host, keys);
      await switchOn(state, host);
    }
    await untilBooted(lab, runningHost(lab, host.name), patience);
    tell(progress(`up after ${((performance.now() - started) / 1000).toFixed(1)} s`, host.name));
  });
  await untilReachable(
    lab,
    awaited.map(host => runningHost(lab, host.name)),
    patience,
  );
}

async function hostsIn(spec: LabSpec, wanted: readonly string[]): Promise<LabHost[]> {
  const states = await Promise.all(spec.hosts.map(host => hostState(spec.name, host.name)));
  return spec.hosts.filter((_, index) => wanted.includes(states[index] ?? ''));
}
