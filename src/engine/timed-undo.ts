import type { Change } from '../model/change.ts';
import { type Command, script, takesInput } from '../model/command.ts';
import { quote, quoteArgv } from '../model/quote.ts';

/** A timed undo that is found on a host: of a run that was cut off, or was killed. */
export interface TimedUndo {
  /**
   * `armed`: it will undo unless it is confirmed; `firing`: it is at it; `fired`: it has; `lapsed`: the host was booted since, which undid
   * what is live only, and ended it.
   */
  readonly state: 'armed' | 'firing' | 'fired' | 'lapsed';
  /** Seconds until it undoes; below zero its process is gone. */
  readonly left: number;
  /** The changes that were begun, in order. */
  readonly changes: readonly string[];
  /** How many of them could not be undone. */
  readonly failed: number;
}

const directory = '/var/lib/lvsform/undo';

/**
 * Starts the watchdog of some changes: it undoes those that were begun, in reverse, once `limit` seconds have passed
 * since the last of them began, unless it is confirmed before. It is a process of its own (setsid): neither the end of the
 * connection nor of sshd ends it, and it holds neither the lock nor a pipe of the session. What it will run comes by stdin
 * and is readable for root alone. Nothing is armed in the place of an undo that is armed.
 */
export function arm(changes: readonly Change[], limit: number): Command {
  return {
    argv: script(
      'lvsform-arm-undo',
      armText,
      directory,
      String(limit),
      watchText,
      ...changes.map(({ address }) => address),
    ),
    stdin: changes.map(({ undo }, index) => undoText(index, undo)).join(''),
    secret: true,
    label: `arm the undo of ${changes.length === 1 ? 'one change' : `${changes.length} changes`}`,
  };
}

/** Notes that a change begins, and starts its time anew; it fails where the watchdog has begun to undo. `index` undefined: the last one has ended. */
export function mark(index: number | undefined): Command {
  return {
    argv: script('lvsform-mark-undo', markText, directory, index === undefined ? 'end' : String(index)),
    label: 'note that a change begins',
  };
}

/** Takes the watchdog away; `firedCode` where it has already undone. */
export function confirm(): Command {
  return {
    argv: script('lvsform-confirm-undo', confirmText, directory),
    label: 'confirm that the host is reached',
  };
}

export const firedCode = 3;

/** Takes away what is left of a timed undo; unless it is to `force` that, not while it is at work (`firingCode`). */
export function clear(force: boolean): Command {
  return {
    argv: script('lvsform-clear-undo', clearText, directory, force ? 'force' : 'wait'),
    label: 'clear a timed undo',
  };
}

export const firingCode = 4;

/** A shell function `u0`, `u1` ... that does all steps, whether or not one of them fails. */
function undoText(index: number, undo: readonly Command[]): string {
  const steps = undo.map(({ argv, stdin = '' }) =>
    stdin === ''
      ? `(exec ${quoteArgv(argv)} </dev/null) || failed=1`
      : `printf %s ${quote(stdin)} | (exec ${quoteArgv(argv)}) || failed=1`,
  );
  return `u${index}() { failed=\n${steps.map(step => `${step}\n`).join('')}[ -z "$failed" ]\n}\n`;
}

/** Shell: `$up` becomes the seconds since the boot, by a clock that nobody sets. */
const uptime = `read -r up rest </proc/uptime; up=\${up%%.*}`;

/** `armed` is what makes it armed, so it comes last. */
const armText = `${takesInput}set -u
umask 077
export LC_ALL=C
directory=$1 limit=$2 watch=$3
shift 3
if [ -e "$directory/armed" ] || [ -e "$directory/firing" ]; then
  echo 'a timed undo of another run is at work on this host' >&2
  exit 1
fi
rm -rf -- "$directory" && mkdir -p -- "$directory" || exit 1
given >"$directory/steps" && : >"$directory/begun" && printf '%s\\n' "$@" >"$directory/changes" || exit 1
read -r boot </proc/sys/kernel/random/boot_id || boot=unknown
${uptime}
printf '%s\\n' "$boot $limit $up" >"$directory/arming" && mv -- "$directory/arming" "$directory/armed" || exit 1
setsid sh -c "$watch" lvsform-undo "$directory" "$limit" "$up" </dev/null >/dev/null 2>&1 &
`;

/**
 * Renaming decides who comes first, the one who confirms or this one. A step that ran already when its time was over is one that
 * hangs, and what it does later is not waited for.
 */
const watchText = `trap '' HUP
directory=$1 limit=$2 since=$3
cd "$directory" || exit
while :; do
  sleep 1
  [ -e armed ] || exit 0
  while read -r index at; do since=$at; done <begun
  ${uptime}
  [ "$((up - since))" -lt "$limit" ] || break
done
mv armed firing 2>/dev/null || exit 0
exec >said 2>&1
. ./steps
order= failures=0
while read -r index at; do [ "$index" = end ] || order="$index $order"; done <begun
cd /
for index in $order; do "u$index" || failures=$((failures + 1)); done
echo "$failures" >"$directory/failures"
mv "$directory/firing" "$directory/fired"
`;

const markText = `directory=$1
${uptime}
{ printf '%s\\n' "$2 $up" >>"$directory/begun"; } 2>/dev/null && [ -e "$directory/armed" ] && exit 0
echo 'the host undoes, or has undone, the changes before this one: they were not confirmed in time' >&2
exit 1
`;

const confirmText = `directory=$1
mv -- "$directory/armed" "$directory/confirmed" 2>/dev/null || {
  [ ! -e "$directory/firing" ] && [ ! -e "$directory/fired" ] || exit ${firedCode}
}
rm -rf -- "$directory"
`;

const clearText = `directory=$1
mv -- "$directory/armed" "$directory/confirmed" 2>/dev/null
[ "$2" = force ] || [ ! -e "$directory/firing" ] || exit ${firingCode}
rm -rf -- "$directory"
`;

/** Shell, for the script that reads what a host remembers: a line of what is found below `$undo`, and one for each change. */
export const tellUndo = `tell_undo() {
  [ -e "$undo" ] || return 0
  boot= limit=0 since=0
  read -r now </proc/sys/kernel/random/boot_id || now=unknown
  for state in armed firing fired ''; do [ ! -e "$undo/$state" ] || break; done
  [ -n "$state" ] || return 0
  read -r boot limit since <"$undo/$state"
  [ "$boot" = "$now" ] || [ "$state" = fired ] || state=lapsed
  while read -r index at; do since=$at; done <"$undo/begun"
  ${uptime}
  failures=0
  [ ! -e "$undo/failures" ] || read -r failures <"$undo/failures"
  echo "undo $state $((since + limit - up)) $failures"
  while read -r index at; do
    [ "$index" = end ] || sed -n "$((index + 1))s/^/change /p" "$undo/changes"
  done <"$undo/begun"
}
`;

/** Where the script that reads finds it. */
export const undoDirectory = directory;

/** Reads the lines of `tell_undo`. */
export function parseTimedUndo(lines: readonly string[]): TimedUndo | undefined {
  const [, state, left = '', failed = ''] =
    /^undo (armed|firing|fired|lapsed) (-?\d+) (\d+)$/.exec(lines[0] ?? '') ?? [];
  if (state === undefined) return undefined;
  return {
    state: state as TimedUndo['state'],
    left: Number(left),
    failed: Number(failed),
    changes: lines.slice(1).map(line => line.replace(/^change /, '')),
  };
}
