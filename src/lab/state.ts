import { readdir, readFile } from 'node:fs/promises';
import { Problem } from '../model/problem.ts';
import { writeAtomically } from './atomic-file.ts';
import type { ControllerAddresses } from './controller-addresses.ts';
import { labPaths, runRoot } from './paths.ts';
import type { LabSpec } from './spec.ts';

/** What is written down of a lab before any of it is made. All its other names follow from the spec. */
export interface LabState {
  readonly version: 2;
  readonly spec: LabSpec;
  /** The base image under each host's disk. */
  readonly images: { readonly [host: string]: string };
  readonly controller: ControllerAddresses;
}

/** Undefined when no lab of this name is written down. */
export async function readState(lab: string): Promise<LabState | undefined> {
  const path = labPaths(lab).state;
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new Problem(`the lab ${lab} cannot be read`, {
      where: path,
      why: error.message,
      next: 'run it as root',
    });
  });
  return text === undefined ? undefined : current(JSON.parse(text));
}

/** A lab that is up when lvsform is replaced by a newer one has a state of the older kind: one image for all hosts. */
function current(written: LabState | (Omit<LabState, 'version'> & { version: 1; image: string })): LabState {
  if (written.version === 2) return written;
  const { spec, controller, image } = written;
  const images = Object.fromEntries(spec.hosts.map(({ name }) => [name, image]));
  return { version: 2, spec, images, controller };
}

/** Writes the state as a whole: a crash leaves the old one or the new one. */
export async function writeState(state: LabState): Promise<void> {
  await writeAtomically(labPaths(state.spec.name).state, `${JSON.stringify(state, undefined, 2)}\n`);
}

/** The base image under a host's disk. */
export function imageOf({ images }: LabState, { name }: { readonly name: string }): string {
  const image = images[name];
  if (image === undefined) throw new Error(`no image was chosen for ${name}`);
  return image;
}

/** The names of the labs that are written down on this machine, sorted. */
export async function labNames(): Promise<string[]> {
  const entries = await readdir(runRoot, { withFileTypes: true }).catch(() => []);
  return entries
    .filter(entry => entry.isDirectory())
    .map(entry => entry.name)
    .sort();
}

/** The base images that some lab's disks lie on. */
export async function imagesInUse(): Promise<string[]> {
  const states = await Promise.all((await labNames()).map(readState));
  return states.flatMap(state => Object.values(state?.images ?? {}));
}
