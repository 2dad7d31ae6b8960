import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Argv, Command, Result } from '../../src/model/command.ts';

/** The shells of this machine that the scripts have to run in: dash, and busybox's where it is installed. */
export const shells: readonly (readonly string[])[] = [['/bin/dash'], ['/bin/busybox', 'sh']].filter(
  ([program = '']) => existsSync(program),
);

/** Runs a command for real, its `sh` replaced by one of `shells`. */
export function really(
  shell: readonly string[],
  command: Command | Argv,
  env: NodeJS.ProcessEnv = {},
): Result {
  const { argv, stdin = '' } = 'argv' in command ? command : { argv: command };
  const [program = '', ...args] = argv[0] === 'sh' ? [...shell, ...argv.slice(1)] : argv;
  const { status, stdout, stderr } = spawnSync(program, args, {
    input: stdin,
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C', ...env },
  });
  return { code: status ?? 128, stdout, stderr };
}
