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

/** Those of `script`; that an argv looks like one does not make it one. */
const ours = new WeakSet<Argv>();

/**
 * A piece of POSIX sh with a name, by which plans and a test's host tell scripts apart; `args` arrive as "$1", "$2" ...: data,
 * never code. It need not be a process of its own (see `ownScript`): $0 and $$ are not its, and what it leaves undone at its end goes by a
 * trap.
 */
export function script(name: string, text: string, ...args: readonly string[]): Argv {
  const argv: Argv = ['sh', '-c', text, name, ...args];
  ours.add(argv);
  return argv;
}

/** What a script of lvsform's own is made of. */
export interface OwnScript {
  readonly name: string;
  readonly text: string;
  readonly args: readonly string[];
}

/**
 * In front of a script that takes an input: `given` writes it. In a session that is a function of the session's shell, which has the input in
 * a variable, so that no process brings it; elsewhere it comes as any program's does.
 */
export const takesInput = 'command -v given >/dev/null || given() { cat; }\n';

/**
 * The text and the arguments of an argv that `script` made; undefined for any other, a user's `sh -c` too. Such a text is known to be
 * whole, so a shell may run it in a subshell of its own, and need not start another shell, which costs a host as much as eight subshells.
 */
export function ownScript(argv: Argv): OwnScript | undefined {
  if (!ours.has(argv)) return undefined;
  const [, , text = '', name = '', ...args] = argv;
  return { name, text, args };
}

/** What is known of a command made by `script`: its name and arguments; undefined for any other. */
export function scriptOf(argv: Argv): { name: string; args: readonly string[] } | undefined {
  const [program, flag, , name, ...args] = argv;
  return program === 'sh' && flag === '-c' && name !== undefined ? { name, args } : undefined;
}
