import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Event } from '../../../src/model/event.ts';
import { canaries, type Ground } from '../light/ground.ts';
import type { LightHost } from '../light/host.ts';
import { inProcess } from '../light/lvsform.ts';
import { differences, type State, stateOf, touchesOf } from '../light/state.ts';
import { type SweepScene, services } from './scene.ts';

/** How the hosts of a scene are before a run and after an undisturbed one. */
export interface Reference {
  readonly before: readonly State[];
  readonly after: readonly State[];
  /** Lines of the files that grow line by line, in the end. */
  readonly bootLines: ReadonlySet<string>;
  /** What the hosts' sessions ran. */
  readonly logs: readonly (readonly string[])[];
}

const bootFiles = ['/etc/sysctl.d/60-lvsform.conf', '/etc/modules-load.d/lvsform.conf'];

/** Runs `up` undisturbed on hosts that nobody has touched; they are left as they are then. */
export async function reference(ground: Ground, scene: SweepScene, record: boolean): Promise<Reference> {
  await scene.start();
  const before = scene.hosts.map(host => stateOf(ground, host, services));
  if (record) for (const host of scene.hosts) host.record();
  const said = await inProcess(scene.argv('up'));
  if (said.code !== 0) throw new Error(`the undisturbed run failed: ${said.text}`);
  const after = scene.hosts.map(host => stateOf(ground, host, services));
  const bootLines = new Set(scene.hosts.flatMap(host => bootFiles.flatMap(linesIn(host))));
  return { before, after, bootLines, logs: scene.hosts.map(host => host.log()) };
}

/** I1 and I6: the re-run ends as an undisturbed run did; a plan and a third run write nothing. */
export async function mend(ground: Ground, scene: SweepScene, known: Reference): Promise<readonly string[]> {
  const broken: string[] = [];
  const again = await inProcess(scene.argv('up'));
  if (again.code !== 0) return [`I1: the re-run failed (${again.code}): ${again.text.slice(-600)}`];
  for (const [index, host] of scene.hosts.entries()) {
    const other = differences(known.after[index] ?? new Map(), stateOf(ground, host, services));
    if (other.length > 0)
      broken.push(`I1: ${host.name} is not as after an undisturbed run:\n${other.join('\n')}`);
    broken.push(...canaryFiles(host));
  }
  const touches = scene.hosts.map(touchesOf);
  const plan = await inProcess(scene.argv('plan'));
  if (plan.code !== 0) broken.push(`I6: plan failed: ${plan.text.slice(-300)}`);
  broken.push(...wrote('I6: plan', scene, touches));
  const third = await inProcess(scene.argv('up'));
  const made = third.events.find(({ event }) => event === 'plan.made') as Extract<
    Event,
    { event: 'plan.made' }
  >;
  if (third.code !== 0 || made.plan.hosts.length > 0)
    broken.push(`I1: the third run found changes: ${third.text.slice(-300)}`);
  broken.push(...wrote('I1: the third run', scene, touches));
  return [...broken, ...hits('words of the re-runs', again.text + plan.text + third.text)];
}

/** What was touched since. */
export function wrote(what: string, scene: SweepScene, touches: readonly State[]): readonly string[] {
  return scene.hosts.flatMap((host, index) => {
    const touched = differences(touches[index] ?? new Map(), touchesOf(host));
    return touched.length === 0 ? [] : [`${what} wrote on ${host.name}:\n${touched.join('\n')}`];
  });
}

/** I2: all that is there now is as it was before or as it will be, and nothing half-made lies about. */
export function halves(ground: Ground, scene: SweepScene, known: Reference): readonly string[] {
  return scene.hosts.flatMap((host, index) => {
    const lines = (state: State | undefined) => [...(state ?? [])].map(([name, text]) => `${name} ${text}`);
    const possible = new Set([...lines(known.before[index]), ...lines(known.after[index])]);
    const odd = [...stateOf(ground, host, services)]
      .filter(([name, text]) => !possible.has(`${name} ${text}`))
      .filter(([name]) => !grows(host, name, known));
    return odd.length === 0
      ? []
      : [`I2: ${host.name} has what is neither old nor new:\n${odd.map(one => one.join(' ')).join('\n')}`];
  });
}

/**
 * I3: a real server that has the VIP and answers ARP for it takes the director's place, and no request fails. The kernel takes the
 * larger of `all` and the interface.
 */
export function quiet(ground: Ground, scene: SweepScene): readonly string[] {
  const [server] = scene.hosts;
  const state = stateOf(ground, server, services);
  const vip = server.address.replace(/11$/, '240/32');
  const has = [...state.keys()].some(line => line.startsWith('address: lo') && line.includes(` ${vip} `));
  const set = (name: string, value: number) => state.has(`sysctl: ipv4/conf/all/${name}:${value}`);
  return !has || (set('arp_ignore', 1) && set('arp_announce', 2))
    ? []
    : ['I3: web01 has the VIP and answers ARP for it'];
}

/** Files that a run writes line by line or stage by stage: each of their versions is whole. */
function grows(host: LightHost, name: string, { bootLines }: Reference): boolean {
  if (bootFiles.includes(name)) return linesIn(host)(name).every(line => bootLines.has(line));
  // What the host is to do by itself, should nobody come back: gone once the next run has.
  if (/^\/var\/lib\/lvsform\/undo(\/|$)/.test(name)) return true;
  if (name !== '/var/lib/lvsform/ledger.json') return false;
  try {
    return Array.isArray(
      (JSON.parse(readFileSync(join(host.upper, name), 'utf8')) as { entries: unknown }).entries,
    );
  } catch {
    return false;
  }
}

function linesIn(host: LightHost): (name: string) => readonly string[] {
  return name => {
    try {
      return readFileSync(join(host.upper, name), 'utf8').split('\n');
    } catch {
      return [];
    }
  };
}

/** I4: arguments and environments of all processes, on the hosts too. */
export function processTable(): string {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .flatMap(pid => ['cmdline', 'environ'].map(file => `/proc/${pid}/${file}`))
    .map(file => {
      try {
        return readFileSync(file, 'latin1');
      } catch {
        return '';
      }
    })
    .join('\n');
}

/** I4: secrets in a text that comes from there. */
export function hits(sink: string, text: string): string[] {
  return Object.entries(canaries).flatMap(([name, word]) =>
    text.includes(word) ? [`I4: the secret ${name} is in the ${sink}`] : [],
  );
}

function canaryFiles(host: LightHost): readonly string[] {
  return readdirSync(host.upper, { recursive: true, withFileTypes: true }).flatMap(entry => {
    if (!entry.isFile()) return [];
    const file = join(entry.parentPath, entry.name);
    return hits(`file ${file.slice(host.upper.length)} of ${host.name}`, readFileSync(file, 'latin1'));
  });
}
