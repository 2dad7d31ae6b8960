import { hostname, userInfo } from 'node:os';
import { compile } from '../config/compile.ts';
import { renderDiagnostics } from '../config/diagnostic.ts';
import { loadInventory } from '../config/inventory.ts';
import { loadPlaybook } from '../config/playbook.ts';
import { renderer, templateDirs } from '../config/render.ts';
import { Run, type RunOptions } from '../engine/run.ts';
import { upwards } from '../engine/schedule.ts';
import { Stopwatch } from '../engine/stopwatch.ts';
import { kinds } from '../kinds/index.ts';
import { type Cluster, type Host, roleNames } from '../model/cluster.ts';
import { globs } from '../model/glob.ts';
import { foldNames } from '../model/names.ts';
import type { Program } from '../model/playbook.ts';
import { exit, Problem } from '../model/problem.ts';
import { roles } from '../roles/index.ts';
import { connector } from '../transport/index.ts';
import type { Input } from './command.ts';
import { enterLab } from './inside-lab.ts';
import { inventoryPath } from './places.ts';
import { secretsOf } from './secrets.ts';

/** What the commands that reach hosts share: the cluster, the hosts that are meant, and how to connect. */
export interface Session {
  readonly cluster: Cluster;
  readonly inventory: string;
  readonly hosts: readonly Host[];
  readonly options: Omit<RunOptions, 'render'>;
  /** Compiles a playbook for this cluster, with the templates that it may use. */
  program(playbook: string): Promise<Work>;
  close(): Promise<void>;
}

/** A playbook made ready: what it wants on which host, and how its templates are rendered. */
export interface Work {
  readonly program: Program;
  readonly render: RunOptions['render'];
}

/** Loads the inventory, enters its lab where it has one, and prepares the way to the hosts. */
export async function openSession(input: Input): Promise<Session> {
  const { output, values, signal } = input;
  const inventory = inventoryPath(input);
  const timeout = values.number('timeout', 10, 1);
  const lockTimeout = values.number('lock-timeout', 0, 0);
  const confirmTimeout = values.number('confirm-timeout', 30, 5);
  const parallel = values.number('parallel', 64, 1);
  values.number('requests', 0, 1);
  const { cluster: written, warnings } = await loadInventory(inventory);
  output.conceal(secretsOf(written));
  const cluster = await enterLab(written, inventory);
  if (warnings.length > 0) output.report({ event: 'note', text: renderDiagnostics(warnings) });
  const hosts = select(cluster, values.texts('host'), values.texts('role'));
  output.report({ event: 'run.started', inventory, hosts: hosts.length });
  const stopwatch = new Stopwatch();
  const prepared = { seconds: 0 };
  const connections = connector({ onNote: text => output.report({ event: 'note', text }) });

  return {
    cluster,
    inventory,
    hosts,
    options: {
      kinds,
      report: output.report,
      settle: 15,
      watch: 30,
      confirmTimeout,
      lockTimeout,
      parallel,
      signal,
      meter: stopwatch.meter,
      connect: host => {
        prepared.seconds ||= now();
        return connections.connect({
          ...host.ssh,
          acceptNew: host.ssh.acceptNew || values.flag('accept-new'),
          timeout: values.text('timeout') === undefined ? host.ssh.timeout : timeout,
        });
      },
    },
    async program(path) {
      const program = compile(await loadPlaybook(path), cluster, { kinds, roles });
      return { program, render: renderer(templateDirs(path)) };
    },
    async close() {
      await connections.close();
      if (!values.flag('timings')) return;
      const seconds = now();
      const times = { seconds, prepared: prepared.seconds || seconds, hosts: stopwatch.hosts() };
      output.report({ event: 'timings', ...times });
    },
  };
}

/** Seconds since the process began: what it loads counts too. */
function now(): number {
  return Math.round(performance.now()) / 1000;
}

/** Who holds the lock, for those who find it taken. */
export function holder(): string {
  return `${userInfo().username}@${hostname()}, process ${process.pid}, since ${new Date().toISOString()}`;
}

/** Opens a run that makes the hosts as the program says; what the playbook no longer wants goes last. */
export function openRun(session: Session, { program, render }: Work, writes: boolean): Promise<Run> {
  const { hosts, inventory, options } = session;
  return Run.open({ playbook: program.playbook, inventory }, upwards(program, hosts), {
    ...options,
    render,
    ...(writes ? { holder: holder() } : { readOnly: true }),
  });
}

function select(cluster: Cluster, names: readonly string[], wanted: readonly string[]): readonly Host[] {
  const { hosts } = cluster;
  for (const glob of names) {
    if (!hosts.some(({ name }) => globs(glob, name)))
      throw nobody(
        `--host ${glob}`,
        hosts.map(({ name }) => name),
      );
  }
  for (const role of wanted) {
    if (!roleNames.some(name => name === role)) throw nobody(`--role ${role}`, roleNames);
  }
  const found = hosts
    .filter(({ name }) => names.length === 0 || names.some(glob => globs(glob, name)))
    .filter(host => wanted.length === 0 || host.roles.some(role => wanted.includes(role)));
  if (found.length === 0)
    throw nobody(
      [...names, ...wanted].join(' '),
      hosts.map(({ name }) => name),
    );
  return found;
}

function nobody(words: string, known: readonly string[]): Problem {
  return new Problem(`no host is meant by ${words}`, {
    code: exit.usage,
    next: `there are ${foldNames(known)}`,
  });
}
