import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Problem } from '../model/problem.ts';
import { writeAtomically } from './atomic-file.ts';
import { inside } from './inside.ts';
import { namespaceOf } from './names.ts';
import { labPaths } from './paths.ts';
import { killAll, type ProcessEntry, processes, readProcess } from './process-table.ts';
import { withSystemPath } from './run.ts';
import type { LabHost } from './spec.ts';
import { imageOf, type LabState } from './state.ts';
import { umlArgv } from './uml.ts';

/** What is written down of a running machine. */
export interface MachineRecord {
  /** The kernel's process; its helpers and the guest's processes are in its session. */
  readonly pid: number;
  /** As in ProcessEntry. */
  readonly startTime: number;
  /** Length of the console's log before this start. */
  readonly consoleStart: number;
}

/** A machine that is on. */
export interface Machine extends MachineRecord {
  readonly frozen: boolean;
}

/** Switches a host on. It goes on running when this process ends. */
export async function startMachine(state: LabState, host: LabHost, memoryDirectory: string): Promise<void> {
  const lab = state.spec.name;
  const paths = labPaths(lab);
  const files = paths.host(host.name);
  await mkdir(dirname(files.disk), { recursive: true, mode: 0o700 });
  await mkdir(paths.uml, { recursive: true, mode: 0o700 });
  const log = await open(files.console, 'a', 0o600);
  const errors = await open(files.errors, 'w', 0o600);
  const consoleStart = (await log.stat()).size;
  // The console needs a reader that outlives this process. It also holds the other end of the
  // console's input, which therefore never ends, and it ends itself when the machine does.
  const reader = spawn('cat', [], { detached: true, stdio: ['pipe', log.fd, 'ignore', 'pipe'] });
  const [program, ...rest] = inside(namespaceOf(lab), umlArgv(lab, host, imageOf(state, host), paths));
  const input = reader.stdio[3];
  if (!input || !('write' in input)) throw new Error('the console has no input');
  const machine = spawn(program, rest, {
    detached: true,
    cwd: '/',
    env: withSystemPath({ TMPDIR: memoryDirectory }),
    stdio: [input, reader.stdin, errors.fd],
  });
  await Promise.all([release(reader), release(machine)]);
  await Promise.all([log.close(), errors.close()]);
  const started = machine.pid === undefined ? undefined : await readProcess(machine.pid);
  if (started === undefined) throw await diedAtOnce(host.name, files.errors);
  const record: MachineRecord = { pid: started.pid, startTime: started.startTime, consoleStart };
  await writeAtomically(files.process, `${JSON.stringify(record)}\n`);
}

/** Undefined when the host is switched off. */
export async function findMachine(lab: string, host: string): Promise<Machine | undefined> {
  const record = await readRecord(lab, host);
  const found = record && (await readProcess(record.pid));
  if (record === undefined || found?.startTime !== record.startTime) return undefined;
  return { ...record, frozen: found.state === 'T' };
}

/** Pulls a host's plug. Nothing happens when it is off already. */
export async function stopMachine(lab: string, host: string): Promise<number> {
  const record = await readRecord(lab, host);
  if (record === undefined) return 0;
  const killed = await killAll(() => membersOf(record));
  await rm(labPaths(lab).host(host).process, { force: true });
  return killed;
}

/** The machine's processes. A session outlives its leader, but its number is not given again while it has members. */
async function membersOf({ pid, startTime }: MachineRecord): Promise<ProcessEntry[]> {
  const members = (await processes()).filter(entry => entry.session === pid);
  const leader = members.find(entry => entry.pid === pid);
  return leader === undefined || leader.startTime === startTime ? members : [];
}

async function readRecord(lab: string, host: string): Promise<MachineRecord | undefined> {
  const text = await readFile(labPaths(lab).host(host).process, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as MachineRecord);
}

async function release(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) await once(child, 'spawn');
  for (const stream of child.stdio) stream?.destroy();
  child.unref();
}

async function diedAtOnce(host: string, errors: string): Promise<Problem> {
  const why = (await stat(errors)).size > 0 ? (await readFile(errors, 'utf8')).trim() : 'it said nothing';
  return new Problem(`${host} does not start`, { where: errors, why });
}
