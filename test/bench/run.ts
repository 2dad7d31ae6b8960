import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bench, prepare } from './bench.ts';
import type { Figures } from './figures.ts';
import { load, machine } from './machine.ts';
import type { Options, PartName } from './options.ts';
import { far } from './parts/far.ts';
import { fleet } from './parts/fleet.ts';
import { plan, startUp } from './parts/plan.ts';
import { role } from './parts/role.ts';
import { scale } from './parts/scale.ts';
import { peersHere } from './peers.ts';
import { readsOf } from './reads.ts';
import { lvsform } from './tools/lvsform.ts';
import { lvsformRole } from './tools/lvsform-role.ts';
import { rawSsh } from './tools/raw-ssh.ts';
import { firstLine } from './world/shell.ts';
import { World } from './world/world.ts';

const root = new URL('../..', import.meta.url).pathname;

/** Seconds that parts need on a quiet machine with two cores: what the other tools may not take from them. */
const needs: Readonly<Record<PartName, number>> = { fleet: 150, far: 40, scale: 240, plan: 30, role: 60 };

/** Inside the namespaces: makes hosts, runs the parts, and gives all figures; after each part those that there are are saved. */
export async function measureAll(
  options: Options,
  folder: string,
  argv: readonly string[],
  say: (text: string) => void,
  save: (figures: Figures) => void,
): Promise<Figures> {
  const before = load();
  const begin = performance.now();
  const world = World.open(folder);
  const bench: Bench = {
    world,
    deadline: begin + options.minutes * 60_000,
    samples: [],
    left: [],
    say: text => say(`${((performance.now() - begin) / 1000).toFixed(0).padStart(4)} s  ${text}`),
  };
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const ours = lvsform(options.program, version);
  const { folder: files } = await prepare(bench, ours, 'fleet', 1);
  const reads = await readsOf(join(files, 'inventory.yml'), join(files, 'bench.yml'));
  const ssh = rawSsh(firstLine(['ssh', '-V']).replace(/ .*/, '').replace('_', ' '), reads);
  const peers = options.peers ? peersHere(options.pyinfra) : [];
  const tools = [ssh, ours, ...peers];
  const wanted = (name: PartName) => options.parts.includes(name);
  // What is still to come after a part.
  const reserve = (...names: readonly PartName[]) =>
    (options.quick ? 0.2 : 1) * names.filter(wanted).reduce((sum, name) => sum + needs[name], 0);

  const figures = (plans: Figures['plans'] = [], start?: Figures['start']): Figures => ({
    date: new Date().toISOString().slice(0, 10),
    command: ['npm run bench', ...(argv.length > 0 ? ['--', ...argv] : [])].join(' '),
    quick: options.quick,
    machine: machine(),
    load: before,
    minutes: Math.round((performance.now() - begin) / 6000) / 10,
    versions: Object.fromEntries(tools.map(({ name, title }) => [name, title])),
    samples: bench.samples,
    left: bench.left,
    plans,
    ...(start && { start }),
  });

  if (wanted('fleet')) await fleet(bench, tools, options, reserve('fleet', 'far', 'role', 'plan', 'scale'));
  save(figures());
  if (wanted('far')) await far(bench, tools, options, reserve('role', 'plan', 'scale'));
  if (wanted('role'))
    await role(bench, lvsformRole(options.program, join(root, 'playbooks/site.yml')), options);
  save(figures());
  const start = wanted('plan') ? await startUp(bench, options) : undefined;
  const plans = wanted('plan') ? await plan(bench, options) : [];
  save(figures(plans, start));
  if (wanted('scale')) await scale(bench, ours, options);
  return figures(plans, start);
}
