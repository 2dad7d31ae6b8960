import { loadInventory } from '../config/inventory.ts';
import {
  execIn,
  type LabSpec,
  labDown,
  labStatus,
  labUp,
  openLab,
  type RunningLab,
  sshArgv,
} from '../lab/index.ts';
import type { Cluster } from '../model/cluster.ts';
import { type ExitCode, exit, Problem } from '../model/problem.ts';
import { usage } from './arguments.ts';
import type { Input } from './command.ts';
import { labSpec } from './lab-spec.ts';
import { inventoryPath } from './places.ts';

/** The embedded lab: boot, look, enter, take away. */
export async function run(input: Input): Promise<ExitCode> {
  const [verb, ...rest] = input.args;
  const verbs: { readonly [verb: string]: () => Promise<ExitCode> } = {
    up: () => up(input),
    down: () => down(input),
    status: () => status(input),
    ssh: () => enter(input, rest[0], []),
    exec: () => enter(input, rest[0], rest.slice(1)),
  };
  const chosen = verb !== undefined && Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
  if (chosen === undefined) throw usage(`lab takes one of ${Object.keys(verbs).join(', ')}`);
  return chosen();
}

async function up(input: Input): Promise<ExitCode> {
  const { output, signal } = input;
  const { spec } = await theLab(input);
  const lab = await output.watching(() => labUp(spec, { onProgress: output.report, signal }));
  output.print(`The lab ${lab.name} is up: ${lab.hosts.map(({ name }) => name).join(', ')}\n`);
  return exit.ok;
}

async function down(input: Input): Promise<ExitCode> {
  const { spec } = await theLab(input);
  await input.output.watching(() => labDown(spec.name));
  input.output.print(`The lab ${spec.name} is down; nothing of it is left\n`);
  return exit.ok;
}

async function status(input: Input): Promise<ExitCode> {
  const { spec } = await theLab(input);
  const found = await labStatus(spec.name);
  const hosts = found?.hosts.map(({ name, state, address }) => ({ name, state, address })) ?? [];
  input.output.report({ event: 'lab.status', lab: spec.name, hosts });
  if (found === undefined) {
    input.output.print(`The lab ${spec.name} is not up\n`);
    return exit.failed;
  }
  for (const { name, state } of found.hosts) input.output.print(`${name}  ${state}\n`);
  return found.hosts.every(({ state }) => state === 'up') ? exit.ok : exit.failed;
}

/** A shell or a command on a host of the lab, by the ssh client; its exit code is ours. */
async function enter(input: Input, host: string | undefined, command: readonly string[]): Promise<ExitCode> {
  const { spec, inventory } = await theLab(input);
  const lab = await openLab(spec.name);
  if (lab === undefined) {
    throw new Problem(`the lab ${spec.name} is not up`, {
      code: exit.unreachable,
      next: `lvsform lab up -i ${inventory}`,
    });
  }
  const known = lab.hosts.map(({ name }) => name);
  if (host === undefined || !known.includes(host)) throw usage(`name a host of the lab: ${known.join(', ')}`);
  return (await ssh(lab, host, command)) as ExitCode;
}

function ssh(lab: RunningLab, host: string, command: readonly string[]): Promise<number> {
  const child = execIn(lab, sshArgv(lab, host, command), { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', code => resolve(code ?? exit.failed));
  });
}

async function theLab(input: Input): Promise<{ spec: LabSpec; cluster: Cluster; inventory: string }> {
  const inventory = inventoryPath(input);
  const { cluster } = await loadInventory(inventory, { secrets: 'check' });
  return { spec: labSpec(cluster, inventory), cluster, inventory };
}
