import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exit, Problem } from '../model/problem.ts';
import type { Surroundings } from './surroundings.ts';

/** What ssh_config(5) says of one host: keywords in lower case, each with its values in order. */
export type SshConfig = ReadonlyMap<string, readonly string[]>;

const relevant =
  /^\s*(hostname|port|user|identityfile|identitiesonly|identityagent|proxyjump|proxycommand|userknownhostsfile|globalknownhostsfile|hostkeyalias|stricthostkeychecking|match)\b/im;

/**
 * The user's and the machine's ssh configuration, as OpenSSH itself reads it: `ssh -G` (4 ms a host)
 * knows Include, Match, patterns and tokens, which a reader of ours would get wrong. As with ssh, a
 * `Match exec` in the file runs its command. Where no configuration says anything to us, or where no
 * ssh client is installed, nothing is run.
 */
export class SshConfigs {
  readonly #around: Surroundings;
  readonly #wanted: Promise<boolean>;

  constructor(around: Surroundings) {
    this.#around = around;
    this.#wanted = saysSomething(around.home);
  }

  async of(host: string, user: string | undefined, port: number | undefined): Promise<SshConfig> {
    if (!(await this.#wanted)) return new Map();
    const elsewhere = this.#around.isSshHome ? [] : ['-F', join(this.#around.home, '.ssh', 'config')];
    const known = [
      ...(user === undefined ? [] : ['-l', user]),
      ...(port === undefined ? [] : ['-p', `${port}`]),
    ];
    const text = await askSsh(['-T', ...elsewhere, '-G', ...known, '--', host], host);
    return text === undefined ? new Map() : parse(text);
  }
}

/** Undefined where there is no ssh client. */
function askSsh(args: readonly string[], host: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    execFile('ssh', args, { timeout: 10_000 }, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      if (error.code === 'ENOENT') return resolve(undefined);
      reject(
        new Problem('the ssh configuration cannot be read', {
          code: exit.input,
          where: host,
          why: stderr.trim() || error.message,
          next: 'see what this says: ssh -G HOST',
        }),
      );
    });
  });
}

function parse(text: string): SshConfig {
  const config = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [, keyword, value] = /^(\S+) (.+)$/.exec(line) ?? [];
    if (keyword === undefined || value === undefined) continue;
    config.set(keyword, [...(config.get(keyword) ?? []), value]);
  }
  return config;
}

async function saysSomething(home: string): Promise<boolean> {
  const folder = '/etc/ssh/ssh_config.d';
  const parts = await readdir(folder).catch(() => []);
  const files = ['/etc/ssh/ssh_config', ...parts.map(part => join(folder, part))];
  const own = await readText(join(home, '.ssh', 'config'));
  if (relevant.test(own) || /^\s*include\b/im.test(own)) return true;
  return (await Promise.all(files.map(readText))).some(text => relevant.test(text));
}

function readText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '');
}
