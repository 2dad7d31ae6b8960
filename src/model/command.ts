/**
 * One thing to run on a host. `argv` goes to the program as it is, with no shell in between;
 * `stdin` is the whole standard input (empty when left out). `secret` keeps stdin and stdout out of
 * every log, diff, plan file and error, and stdin out of the arguments of every process; what such a command says on
 * stderr must be fit to be shown, and so must argv, which `ps` shows. `label` is the line that a person reads while it runs.
 */
export interface Command {
  readonly argv: Argv;
  readonly stdin?: string;
  readonly secret?: true;
  readonly label?: string;
}

export type Argv = readonly [string, ...string[]];

/** How a command ended: exit code (128 + n for signal n) and its two outputs, whole. */
export interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * A piece of POSIX sh with a name. The name is $0, so it shows in `ps` and in plans, and a test's
 * host can tell scripts apart; `args` arrive as "$1", "$2" ...: data, never code.
 */
export function script(name: string, text: string, ...args: readonly string[]): Argv {
  return ['sh', '-c', text, name, ...args];
}

/** What is known of a command made by `script`: its name and arguments; undefined for any other. */
export function scriptOf(argv: Argv): { name: string; args: readonly string[] } | undefined {
  const [program, flag, , name, ...args] = argv;
  return program === 'sh' && flag === '-c' && name !== undefined ? { name, args } : undefined;
}
