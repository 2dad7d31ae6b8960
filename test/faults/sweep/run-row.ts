import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Event } from '../../../src/model/event.ts';
import { canaries, type Ground } from '../light/ground.ts';
import { type LightHost, until } from '../light/host.ts';
import { asProcess, inProcess, type Said } from '../light/lvsform.ts';
import { differences, type State, stateOf, touchesOf } from '../light/state.ts';
import type { Row } from './rows.ts';
import { type SweepScene, services } from './scene.ts';

/** How the hosts of a scene are before a run and after an undisturbed one. */
export interface Reference {
  readonly before: readonly State[];
  readonly after: readonly State[];
  /** Lines of the files that grow line by line, in the end. */
  readonly bootLines: ReadonlySet<string>;
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
  return { before, after, bootLines: new Set(scene.hosts.flatMap(host => bootFiles.flatMap(linesIn(host)))) };
}

/** Does one row on fresh hosts and answers what does not hold, each with its invariant. */
export async function runRow(
  ground: Ground,
  scene: SweepScene,
  known: Reference,
  row: Row,
): Promise<readonly string[]> {
  await scene.start();
  try {
    return [...(await disturb(ground, scene, known, row)), ...(await mend(ground, scene, known))];
  } finally {
    await scene.stop();
  }
}

async function disturb(
  ground: Ground,
  scene: SweepScene,
  known: Reference,
  row: Row,
): Promise<readonly string[]> {
  const host = scene.hosts[row.host];
  const cable = scene.cables[row.host];
  if (host === undefined || cable === undefined) throw new Error(`no host ${row.host}`);
  host.hold(row.hold);
  const started = row.fault === 'cut' ? undefined : asProcess(scene.argv('up'));
  const saying = started?.said ?? inProcess(scene.argv('up'));
  let over: Said | undefined;
  void saying.then(said => {
    over = said;
  });
  await until(`${row.name}: held`, () => host.isHeld() || over !== undefined || undefined, 60);
  if (over !== undefined) return [`the run ended before it was held: ${over.text.slice(-500)}`];

  const broken = hits('process table', processTable());
  const gone = (of: LightHost) =>
    until(`${row.name}: sessions end`, () => of.sessions().length === 0 || undefined);
  if (row.fault === 'cut') {
    cable.cut();
    await gone(host);
  } else if (row.fault === 'kill') {
    started?.child.kill('SIGKILL');
    await saying;
    await Promise.all(scene.hosts.map(gone));
  } else {
    started?.child.kill('SIGINT');
    await until(`${row.name}: the shell is told`, () => host.listeners() === 0 || undefined);
  }
  host.release();
  const said = await saying;
  await Promise.all(scene.hosts.map(one => one.unlocked()));

  const code = { cut: 4, kill: null, interrupt: 130 }[row.fault];
  if (said.code !== code)
    broken.push(`I5: the exit code is ${said.code}, not ${code}: ${said.text.slice(-300)}`);
  if (row.fault !== 'kill') broken.push(...wordsOf(said, row, host));
  const last = stepsOf(host);
  const limit = row.hold.kind === 'step' ? row.hold.number : lastBefore(host, row.hold.number);
  if (last > limit) broken.push(`I2: step ${last} was begun although nobody was there any more`);
  broken.push(...hits('words', said.text), ...halves(ground, scene, known));
  return broken;
}

/** The re-run, a plan, and a third run. */
async function mend(ground: Ground, scene: SweepScene, known: Reference): Promise<readonly string[]> {
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

function wrote(what: string, scene: SweepScene, touches: readonly State[]): readonly string[] {
  return scene.hosts.flatMap((host, index) => {
    const touched = differences(touches[index] ?? new Map(), touchesOf(host));
    return touched.length === 0 ? [] : [`${what} wrote on ${host.name}:\n${touched.join('\n')}`];
  });
}

/** I2: all that is there now is as it was before or as it will be, and nothing half-made lies about. */
function halves(ground: Ground, scene: SweepScene, known: Reference): readonly string[] {
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

/** Files that a run writes line by line or stage by stage: each of their versions is whole. */
function grows(host: LightHost, name: string, { bootLines }: Reference): boolean {
  if (bootFiles.includes(name)) return linesIn(host)(name).every(line => bootLines.has(line));
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

/** I5: the failure names the host, says why, and what to do next. */
function wordsOf(said: Said, row: Row, host: LightHost): readonly string[] {
  const told = said.events.flatMap(event =>
    event.event === 'host.failed' || event.event === 'problem' || event.event === 'change.failed'
      ? [event]
      : [],
  );
  const text = told.map(event => JSON.stringify(event)).join('\n');
  const missing = [
    ...(told.some(({ error }) => error.next !== undefined) ? [] : ['what to do next']),
    ...(told.some(({ error }) => error.why !== undefined) ? [] : ['why']),
    ...(row.fault === 'interrupt' || text.includes(host.name) ? [] : ['the host']),
  ];
  return missing.length === 0 ? [] : [`I5: the failure does not name ${missing.join(', ')}: ${text}`];
}

function stepsOf(host: LightHost): number {
  return Math.max(
    0,
    ...host.log().flatMap(line => (line.startsWith('step ') ? [Number(line.split(' ')[1])] : [])),
  );
}

/** The last step before a read. */
function lastBefore(host: LightHost, read: number): number {
  const log = host.log();
  const at = log.findIndex(line => line.startsWith(`read ${read} `));
  return Math.max(
    0,
    ...log.slice(0, at).flatMap(line => (line.startsWith('step ') ? [Number(line.split(' ')[1])] : [])),
  );
}

/** I4: arguments and environments of all processes, on the hosts too. */
function processTable(): string {
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

function hits(sink: string, text: string): string[] {
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
