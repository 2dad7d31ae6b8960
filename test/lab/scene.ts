import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execIn, labDown, openLab, type RunningLab, sshArgv } from '../../src/lab/index.ts';
import { program } from '../program.ts';
import { Predictions } from './predictions.ts';

/** How a command ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const root = new URL('../..', import.meta.url).pathname;

/**
 * A lab of one of the example inventories, under a name of the test's own, worked on as a user does: by the command
 * line. `end` takes everything down, also when the test failed half-way.
 */
export class Scene {
  readonly name: string;
  readonly directory: string;
  readonly predictions = new Predictions();

  private constructor(name: string, directory: string) {
    this.name = name;
    this.directory = directory;
  }

  static async open(name: string): Promise<Scene> {
    await labDown(name);
    const scene = new Scene(name, await mkdtemp(join(tmpdir(), `lvsform-${name}-`)));
    // A file that took too long, or whose runner is gone, is told so: no `after` runs then.
    process.once('SIGTERM', () => void scene.end().finally(() => process.exit(143)));
    return scene;
  }

  /**
   * An example inventory with the scene's lab name, changed by `edit`; answers the path of the copy. Other keys of its
   * `lab` line (`lab: { preinstalled: true }`) stay.
   */
  async inventory(example: string, edit: (text: string) => string = text => text): Promise<string> {
    const text = await readFile(join(root, 'inventories', `${example}.yml`), 'utf8');
    const named = text.replace(/^lab: \{ *(?:name: [\w-]+,? *)?(.*?) *\}$/m, (_, rest: string) => {
      return `lab: { ${[`name: ${this.name}`, ...(rest === '' ? [] : [rest])].join(', ')} }`;
    });
    const edited = edit(named);
    if (named === text) throw new Error(`${example}.yml has no lab line`);
    const path = join(this.directory, `${example}-${Math.random().toString(36).slice(2, 8)}.yml`);
    await writeFile(path, edited);
    return path;
  }

  /** Runs the command line of lvsform. Of an `up` that tells its events, what was made is held against what was planned. */
  async lvsform(...args: readonly string[]): Promise<Ended> {
    const child = spawn(program[0], [program[1], ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const end = await ended(child);
    if (args[0] === 'up' && args.includes('--json') && end.code === 0) this.predictions.add(end.stdout);
    return end;
  }

  async lab(): Promise<RunningLab> {
    const lab = await openLab(this.name);
    if (lab === undefined) throw new Error(`the lab ${this.name} is not up`);
    return lab;
  }

  /** Runs a shell text on a host of the lab, by the ssh client. */
  async on(host: string, text: string): Promise<Ended> {
    const lab = await this.lab();
    const child = execIn(lab, sshArgv(lab, host, [text]), { stdio: ['ignore', 'pipe', 'pipe'] });
    return ended(child);
  }

  /** Puts bytes into a file of a host. */
  async put(host: string, path: string, bytes: Buffer): Promise<void> {
    const lab = await this.lab();
    const text = `mkdir -p ${path.replace(/\/[^/]*$/, '')} && cat >${path}`;
    const child = execIn(lab, sshArgv(lab, host, [text]), { stdio: ['pipe', 'ignore', 'inherit'] });
    child.stdin?.end(bytes);
    const code = await new Promise(resolve => child.once('close', resolve));
    if (code !== 0) throw new Error(`${host}: ${path} could not be written`);
  }

  /** Reboots hosts from the inside and waits until they are up again, with another boot id. */
  async reboot(hosts: readonly string[]): Promise<void> {
    const ids = `cat /proc/sys/kernel/random/boot_id
systemctl is-system-running --wait || { code=$?; systemctl --failed --no-legend --plain; exit $code; }`;
    const before = await Promise.all(hosts.map(host => this.on(host, ids)));
    await Promise.all(hosts.map(host => this.on(host, 'systemctl reboot')));
    await Promise.all(
      hosts.map(async (host, index) => {
        const deadline = Date.now() + 180_000;
        for (;;) {
          await new Promise(resolve => setTimeout(resolve, 2000));
          const { code, stdout } = await this.on(host, ids);
          if (code === 0 && stdout.split('\n')[0] !== before[index]?.stdout.split('\n')[0]) return;
          if (Date.now() > deadline) throw new Error(`${host} did not come back: ${stdout}`);
        }
      }),
    );
  }

  async end(): Promise<void> {
    this.predictions.tell();
    await labDown(this.name);
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** What a process printed, and its exit code. */
export function ended(child: ReturnType<typeof spawn>): Promise<Ended> {
  let [stdout, stderr] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', code => resolve({ code: code ?? -1, stdout, stderr }));
  });
}

/** The events that a command printed with --json. */
export function events(
  stdout: string,
): readonly { readonly event: string; readonly [key: string]: unknown }[] {
  return stdout
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as { event: string });
}
