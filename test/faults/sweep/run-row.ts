import type { Ground } from '../light/ground.ts';
import { type LightHost, until } from '../light/host.ts';
import { asProcess, inProcess, type Said } from '../light/lvsform.ts';
import { halves, hits, mend, processTable, quiet, type Reference } from './invariants.ts';
import type { Row } from './rows.ts';
import type { SweepScene } from './scene.ts';

/** Does one row on fresh hosts and answers what does not hold, each with its invariant. */
export async function runRow(
  ground: Ground,
  scene: SweepScene,
  known: Reference,
  row: Row,
): Promise<readonly string[]> {
  try {
    return await once(ground, scene, known, row);
  } catch (error) {
    // A step does not always call as many programs (it waits for a lock, say): its first call is there each time.
    if (!(error instanceof NeverHeld) || (row.hold.call ?? 1) === 1) throw error;
    return once(ground, scene, known, { ...row, hold: { ...row.hold, call: 1 } });
  }
}

class NeverHeld extends Error {}

async function once(
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
  await until(`${row.name}: held`, () => host.isHeld() || over !== undefined || undefined, 180);
  if (over !== undefined) throw new NeverHeld(`the run ended before it was held: ${over.text.slice(-500)}`);

  const broken = hits('process table', processTable());
  const gone = (of: LightHost) =>
    until(`${row.name}: sessions end`, () => of.sessions().length === 0 || undefined);
  if (row.fault === 'cut') {
    cable.cut();
    await gone(host);
    await until(`${row.name}: the shell is told`, () => host.listeners() === 0 || undefined);
  } else if (row.fault === 'kill') {
    started?.child.kill('SIGKILL');
    await saying;
    await Promise.all(scene.hosts.map(gone));
    await until(`${row.name}: the shell is told`, () => host.listeners() === 0 || undefined);
  } else {
    started?.child.kill('SIGINT');
    // A confirmation is brought to its end: without it the host would take back what was done.
    if (!row.name.includes(' lvsform-confirm-undo,'))
      await until(`${row.name}: the shell is told`, () => host.listeners() === 0 || undefined);
  }
  host.release();
  const said = await saying;
  await Promise.all(scene.hosts.map(one => one.unlocked()));

  const code = { cut: 4, kill: null, interrupt: 130 }[row.fault];
  if (said.code !== code)
    broken.push(`I5: the exit code is ${said.code}, not ${code}: ${said.text.slice(-300)}`);
  if (row.fault !== 'kill') broken.push(...wordsOf(said, row, host));
  const [shown, next] = begun(host, row);
  if (next) broken.push(`I2: what follows was begun although nobody was there any more:\n${shown}`);
  broken.push(...hits('words', said.text), ...halves(ground, scene, known), ...quiet(ground, scene));
  return broken;
}

/**
 * The log from the point at which the fault came, and whether it holds a step of the interrupted batch that came later. That a new
 * session confirms what a timed undo waits for is none.
 */
function begun(host: LightHost, { hold }: Row): readonly [shown: string, next: boolean] {
  const log = host.log();
  const at = log.findIndex(line => line.startsWith(`${hold.kind} ${hold.number} `));
  const later = log.slice(at + 1);
  return [
    log.slice(at).join('\n'),
    later.some(line => line.startsWith('step ') && !line.endsWith(' lvsform-confirm-undo')),
  ];
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
    ...(row.fault !== 'cut' || /it was at \w|cut it off/.test(text) ? [] : ['the step']),
  ];
  return missing.length === 0 ? [] : [`I5: the failure does not name ${missing.join(', ')}: ${text}`];
}
