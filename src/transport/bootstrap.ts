import { quote } from '../model/quote.ts';

/** Stands for a newline in the batch that rides in the command line, where a newline cannot be (csh). */
const newline = '\x1e';

/**
 * What the session's shell says first. It forks for nothing here: whose it is (the second number of `Uid:`, proc_pid_status(5)) is found by
 * builtins.
 */
const greet = [
  'read -r m </proc/sys/kernel/random/uuid || exit',
  'u=; while read -r k r u x; do [ "$k" != Uid: ] || break; done </proc/self/status; [ "$u" ] || u=$(id -u)',
  'echo "$1 $m $u"; echo "$1 $m $u" >&2; [ "$u" = 0 ] || exit',
].join('; ');

/**
 * The loop that runs the batches. `s` is a batch's text and `k` its kind, `a` where it acts; `i` is the input of a script of
 * lvsform's own (`takesInput`); `w` is the process that reads the connection where the session acts, `l` says that it has the
 * lock, `v` is the process that looks out for silence (`guard`, batch.ts).
 */
const loop = [
  'unset i s; v=; w=; l=; k=$4',
  'e() { echo "$m $1 $2" >&2; echo "$m $1 $2"; [ -z "$w" ] || kill -0 "$w" 2>/dev/null || exit; [ "$2" = 0 ]; }',
  `given() { printf %s "\${i-}"; }`,
  'd() { unset -f b; eval "$s" && s= && b; }',
  'look() { [ -z "$v" ] || kill "$v" 2>/dev/null; v=; if [ "$k" = a ]; then act; exit; fi; d; [ -z "$l" ] || guard $$; }',
  'turn() { while read -r n k; do [ -z "$n" ] || { s=$(head -c "$n" 9>&-); $1; }; done; }',
].join('; ');

/** The first batch came with newlines in disguise; the first three characters of IFS are space, tab and newline in every shell. */
const begin = `[ -z "$2" ] || { o=$IFS; IFS=$3; set -f; set -- $2; IFS=\${o#??}; s="$*"; IFS=$o; set +f; set --; look; }`;

/**
 * What a session runs on the host, in one line, because csh ends a quoted word at a newline. `$1` is
 * the greeting that the client waits for, `$2` the first batch with `$3` for newline, or nothing, `$4` its kind.
 *
 * While a session only looks, its shell reads the connection and writes to it, and nothing else runs: whoever is cut off ends with it,
 * and may be ended by SIGPIPE in the middle, for nothing is written. With the first batch that acts (`act`) that changes for good:
 *
 * Nobody but `listen` (process `w`) reads the connection. It ends when the connection does, or when the
 * client closes its side to stop a batch, and then `e`, the edge after each command, starts no other
 * command. The two relays go on reading when nobody listens any more, so the command that runs at
 * that time is not killed by SIGPIPE in the middle of its work (think of dpkg) but ends as it would
 * have. If the loop itself is killed, `w` is too, and the session ends instead of hanging. The shells that wait meanwhile have the lock
 * open too, and a daemon that keeps an output open lets them wait for long: so the lock is given back by name (flock(2)). Who looks out for
 * silence is ended with the session, for a shell forked by dash keeps what its parent had open.
 *
 * The frames' marker `m` is made on the host and lives in the loop's memory: it is in no argument
 * that `ps` could show, so no output can imitate a frame.
 */
const program = [
  'LC_ALL=C; PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin; export LC_ALL PATH; umask 022; cd /',
  greet,
  loop,
  'relay() { trap "" PIPE; exec 9>&-; exec tee /dev/null; }',
  'serve() { read -r w; [ -z "$l" ] || guard "$w"; (d; turn d); [ -z "$l" ] || flock -u 9; kill "$w" $v 2>/dev/null; }',
  // The subshell empties busybox's buffer before it becomes tee. Its cat would not do: that one
  // leaves it to sendfile(2), which sits on what comes from a socket.
  'listen() { exec 9>&-; read -r w c </proc/self/stat; (echo "$w"); exec tee /dev/null; }',
  // By exec for good: busybox takes other redirections back before it runs a command's trap for its end.
  'act() { { listen | { exec 2>&1 >&3 3>&-; serve; } | relay >&2 3>&-; } 3>&1 | relay; }',
  begin,
  'turn look',
  '[ -z "$v" ] || kill "$v" 2>/dev/null',
].join('; ');

/** Longer commands fail: the kernel takes at most 128 KiB in one argument (execve(2)). */
const longestCommand = 100_000;

/**
 * The command line of the exec request that starts a session: any login shell understands it.
 * `first` is a batch text to ride along, which saves a round trip; arguments show in `ps`, so it
 * must hold no secret. `acts` says whether it writes anything. Undefined where it does not fit.
 */
export function bootstrap(greeting: string, prefix = '', first = '', acts = true): string | undefined {
  if (first.includes(newline)) return undefined;
  const kind = acts ? 'a' : '';
  const words = ['sh', '-c', program, 'lvsform', greeting, first.replaceAll('\n', newline), newline, kind];
  const line = `exec ${prefix}${words.map(quote).join(' ')}`;
  return Buffer.byteLength(line) < longestCommand ? line : undefined;
}

/** A batch text as the session's shell reads it: its length in bytes and its kind, a newline, the text. */
export function parcel(text: string, acts = true): string {
  return `${Buffer.byteLength(text)}${acts ? ' a' : ''}\n${text}`;
}
