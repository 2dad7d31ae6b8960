import { quote } from '../model/quote.ts';

/** Stands for a newline in the batch that rides in the command line, where a newline cannot be (csh). */
const newline = '\x1e';

/**
 * The loop that runs the batches; `w` is the process that reads the connection, see below. It forks for a batch's commands
 * alone: whose it is (the second number of `Uid:`, proc_pid_status(5)) and the newlines of the first batch are found by
 * builtins, for the first three characters of IFS are space, tab and newline in every shell.
 */
const loop = [
  'read -r m </proc/sys/kernel/random/uuid || exit',
  'u=; while read -r k r u x; do [ "$k" != Uid: ] || break; done </proc/self/status; [ "$u" ] || u=$(id -u)',
  'echo "$1 $m $u"; echo "$1 $m $u" >&2; [ "$u" = 0 ] || exit',
  'e() { echo "$m $1 $2" >&2; echo "$m $1 $2"; kill -0 "$w" 2>/dev/null || exit; [ "$2" = 0 ]; }',
  'd() { unset -f b; eval "$s" && s= && b; }',
  `[ -z "$2" ] || { o=$IFS; IFS=$3; set -f; set -- $2; IFS=\${o#??}; s="$*"; IFS=$o; set +f; set --; d; }`,
  'while read -r n; do [ -z "$n" ] || { s=$(head -c "$n"); d; }; done',
].join('; ');

/**
 * What a session runs on the host, in one line, because csh ends a quoted word at a newline. `$1` is
 * the greeting that the client waits for, `$2` the first batch with `$3` for newline, or nothing.
 *
 * Nobody but `listen` (process `w`) reads the connection. It ends when the connection does, or when the
 * client closes its side to stop a batch, and then `e`, the edge after each command, starts no other
 * command. The two relays go on reading when nobody listens any more, so the command that runs at
 * that time is not killed by SIGPIPE in the middle of its work (think of dpkg) but ends as it would
 * have. If the loop itself is killed, `w` is too, and the session ends instead of hanging.
 *
 * The frames' marker `m` is made on the host and lives in the loop's memory: it is in no argument
 * that `ps` could show, so no output can imitate a frame.
 */
const program = [
  'LC_ALL=C; PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin; export LC_ALL PATH; umask 022; cd /',
  'relay() { trap "" PIPE; exec tee /dev/null; }',
  `serve() { read -r w; (${loop}); kill "$w" 2>/dev/null; }`,
  // The subshell empties busybox's buffer before it becomes tee. Its cat would not do: that one
  // leaves it to sendfile(2), which sits on what comes from a socket.
  'listen() { read -r w c </proc/self/stat; (echo "$w"); exec tee /dev/null; }',
  '{ listen | serve "$@" 2>&1 >&3 3>&- | relay >&2 3>&-; } 3>&1 | relay',
].join('; ');

/** Longer commands fail: the kernel takes at most 128 KiB in one argument (execve(2)). */
const longestCommand = 100_000;

/**
 * The command line of the exec request that starts a session: any login shell understands it.
 * `first` is a batch text to ride along, which saves a round trip; arguments show in `ps`, so it
 * must hold no secret. Undefined where it does not fit.
 */
export function bootstrap(greeting: string, prefix = '', first = ''): string | undefined {
  if (first.includes(newline)) return undefined;
  const words = ['sh', '-c', program, 'lvsform', greeting, first.replaceAll('\n', newline), newline];
  const line = `exec ${prefix}${words.map(quote).join(' ')}`;
  return Buffer.byteLength(line) < longestCommand ? line : undefined;
}

/** A batch text as the session's shell reads it: its length in bytes, a newline, the text. */
export function parcel(text: string): string {
  return `${Buffer.byteLength(text)}\n${text}`;
}
