import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const fakes = fileURLToPath(new URL('fakes', import.meta.url));

/**
 * A script that misses the fakes must not reach this machine's network. Two things see to that: functions come before
 * anything else of that name (busybox runs its own `ip`, whatever PATH says), and the script runs in a network
 * of its own. undefined: root without the second is not to be trusted with a test.
 */
const ownNetwork: readonly string[] | undefined =
  process.getuid?.() !== 0
    ? []
    : spawnSync('unshare', ['-n', 'true']).status === 0
      ? ['unshare', '-n']
      : undefined;

/** A name with a hyphen is no function's; busybox has none of those, so PATH does. */
const prelude = readdirSync(fakes)
  .filter(name => !name.includes('-'))
  .map(name => `${name}() { "${join(fakes, name)}" "$@"; }\n`)
  .join('');

/** The shells that a script must run in: those that are here. None where a run would not be safe. */
export const shells: readonly (readonly string[])[] =
  ownNetwork === undefined
    ? []
    : [[isHere('dash') ? 'dash' : 'sh'], ...(isHere('busybox') ? [['busybox', 'sh']] : [])];

/** Whether a program can be run on this machine. */
export function isHere(program: string): boolean {
  return spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program]).status === 0;
}

/** How a run of the script ended. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** What the fakes were told to change, in order. */
  readonly changes: readonly string[];
}

/**
 * A script of ours with a host made of fakes: the commands of fakes/, which keep their state in files, and the few
 * files below /proc, /run, /sys and /lib/modules that the script names, put into a directory of the test's own.
 */
export class Stage {
  readonly directory = mkdtempSync(join(tmpdir(), 'lvsform-stage-'));
  readonly #shell: readonly string[];

  constructor(shell: readonly string[], script: string) {
    this.#shell = shell;
    this.script(script);
    // The tables of the legacy backend are loaded; nf_tables is built in (no modules.builtin says otherwise).
    this.write('proc/net/ip_tables_names', 'filter\nnat\nmangle\n');
  }

  /** Puts another script in the place of the first. */
  script(text: string): void {
    const moved = text.replaceAll(/=(\/proc|\/run|\/sys|\/lib\/modules)\//g, `=${this.directory}$1/`);
    if (moved === text) throw new Error('the script names no file of the host');
    this.write('script', moved.replace('\n', `\n${prelude}`));
  }

  /** A file of the fakes, or of the host below /proc, /run or /sys. */
  write(file: string, text: string): void {
    const path = join(this.directory, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }

  read(file: string): string {
    const path = join(this.directory, file);
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  }

  lines(file: string): readonly string[] {
    return this.read(file)
      .split('\n')
      .filter(line => line !== '');
  }

  run(...args: readonly string[]): Ran {
    this.write('log', '');
    const argv = [...(ownNetwork ?? ['false']), ...this.#shell, join(this.directory, 'script'), ...args];
    const { status, stdout, stderr } = spawnSync(argv[0] ?? 'false', argv.slice(1), {
      env: { PATH: `${fakes}:/usr/bin:/bin:/usr/sbin:/sbin`, FAKE: this.directory },
      encoding: 'utf8',
      timeout: 20_000,
    });
    return { code: status ?? -1, stdout, stderr, changes: this.lines('log') };
  }

  end(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Runs a program; its whole output where it fails. */
export function complaint(argv: readonly [string, ...string[]], input: string): string {
  const [program, ...args] = argv;
  try {
    execFileSync(program, args, { input, stdio: ['pipe', 'pipe', 'pipe'], encoding: 'utf8' });
    return '';
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return `${stdout}${stderr}`;
  }
}
