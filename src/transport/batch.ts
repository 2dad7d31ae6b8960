import { type Command, type OwnScript, ownScript } from '../model/command.ts';
import { quote, quoteArgv } from '../model/quote.ts';

/**
 * A batch as one POSIX sh text that defines the function `b` and does nothing else: a text that was
 * cut is a syntax error, so half a batch never runs. `e` (see bootstrap.ts) writes the edge between
 * two commands and fails where the command failed. File descriptor 9 is the lock, which no command
 * may inherit: a daemon that it starts would keep it.
 */
export function batchText(
  batch: readonly Command[],
  {
    keepGoing = false,
    lock,
  }: { readonly keepGoing?: boolean | undefined; readonly lock?: string | undefined } = {},
): string {
  const onFailure = keepGoing ? '' : ' || return';
  const first = lock === undefined ? [] : [lockText(lock)];
  const scripts = new Map<string, string>();
  const lines = batch.map(
    (command, index) => `${commandText(command, scripts)}; e ${index + first.length} $?${onFailure}`,
  );
  const functions = [...scripts].map(([text, name]) => `${name}() {\n${text}\n}\n`);
  return `${functions.join('')}b() {\n${[...first, ...lines].join('\n')}\n}`;
}

/**
 * `exec` in a subshell runs the program of that name and never a builtin, a function or an alias.
 * printf is a builtin of the shell, so what it writes is in no process's arguments. A script of lvsform's own asks for its input
 * by `given` (bootstrap.ts).
 */
function commandText({ argv, stdin }: Command, scripts: Map<string, string>): string {
  const own = ownScript(argv);
  if (own !== undefined) {
    const input = stdin === undefined ? '' : `i=${quote(stdin)}; `;
    return `(exec 9>&-; ${input}${called(own, scripts)}) </dev/null`;
  }
  const run = `(exec 9>&-; exec ${quoteArgv(argv)})`;
  if (stdin === undefined || stdin === '') return `${run} </dev/null`;
  return `printf %s ${quote(stdin)} 2>/dev/null | ${run}`;
}

/** A script of lvsform's own is a function of the session's shell, sent once however often it is called; `scripts` collects them by text. */
function called(own: OwnScript, scripts: Map<string, string>): string {
  const name = scripts.get(own.text) ?? `s${scripts.size + 1}_${own.name.replace(/\W/g, '_')}`;
  scripts.set(own.text, name);
  return [name, ...own.args.map(quote)].join(' ');
}

export const lockCodes = { taken: 0, held: 1, noFlock: 2, noPlace: 3 } as const;

/** Milliseconds between two signs of life that a client with the lock gives: an empty line, which is nothing to the session's loop. */
export const heartbeat = 5_000;

/**
 * A client that is cut off without a word (its network is gone, its machine sleeps) would keep its lock until the
 * host's sshd finds out, which takes hours. So the process that reads the connection (`$1`: while a session looks the shell itself, between
 * two batches, and then `w`, see bootstrap.ts) is ended once it
 * has read nothing for 30 s, which ends the session at the next edge. That it reads shows in its switches of context (proc(5)). Whole
 * turns are counted, and no clock is asked, so a host that was itself asleep ends nobody's session.
 */
const guardText = `guard() {
(
exec 9>&- </dev/null >/dev/null 2>&1
last= quiet=0
while sleep 5; do
  name= now=
  while read -r key value; do
    case $key in Name:) name=$value ;; voluntary_ctxt_switches:) now=$value ;; esac
  done </proc/"$1"/status
  [ "$name" = "\${first-$name}" ] && [ "$name" ] || exit
  first=$name
  if [ "$now" = "$last" ]; then quiet=$((quiet + 1)); else quiet=0 last=$now; fi
  [ "$quiet" -lt 6 ] || { kill "$1"; exit; }
done
) & v=$!
}`;

/**
 * Takes the lock on descriptor 9 of the session's own shell, so the kernel gives it back when that
 * shell ends, whatever ended it. Only root can write to either directory, so nobody else can plant
 * a link; and only root can read the file, for flock(2) takes a lock on whatever can be opened. `command` keeps a
 * file that cannot be opened from ending the shell (POSIX, 2.8.1). It is the first of its batch, so that it costs no
 * round trip of its own, and ends it where the lock is not to be had. Its result is framed like a command's: the code
 * is one of `lockCodes`, stdout is what the holder wrote.
 */
function lockText(holder: string): string {
  return `command -v flock >/dev/null || { e 0 ${lockCodes.noFlock}; return; }
umask 077
for f in /run/lvsform.lock /var/run/lvsform.lock ''; do { command exec 9<>"$f"; } 2>/dev/null && break; done
umask 022
[ "$f" ] || { e 0 ${lockCodes.noPlace}; return; }
if ! flock -n 9; then exec 9>&-; cat "$f"; e 0 ${lockCodes.held}; return; fi
printf %s ${quote(holder)} >"$f"
${guardText}
l=1
[ -z "$w" ] || guard "$w"
e 0 ${lockCodes.taken} || return`;
}
