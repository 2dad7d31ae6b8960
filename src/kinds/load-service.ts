import { type Command, script } from '../model/command.ts';
import { fingerprint, recordsDirectory, type UnitQuestion } from '../probes/units.ts';

/**
 * Starts, reloads or restarts a unit and waits until it works, then records which files it has loaded. The
 * fingerprints are taken before: a file that changes meanwhile makes the unit stale, never current by
 * mistake. A reload of what can not reload is a restart. The wait is 15 s at most, and one second more to see
 * that it stays up: a daemon that refuses its file on reload exits only after systemctl has returned.
 */
export function load(question: UnitQuestion, verb: 'start' | 'reload' | 'restart'): Command {
  const { unit, reload, restart } = question;
  const counted = [verb, String(reload.length), ...reload, ...restart];
  return {
    argv: script('lvsform-load-service', loadText, recordsDirectory, unit, ...counted),
    label: `${verb} ${unit}`,
  };
}

/** Stops a unit; one that is gone is stopped. */
export function stop({ unit }: UnitQuestion): Command {
  return { argv: script('lvsform-stop-service', stopText, unit), label: `stop ${unit}` };
}

/** Has a unit start at boot. */
export function enable({ unit }: UnitQuestion): Command {
  return { argv: ['systemctl', 'enable', '--', unit], label: `enable ${unit}` };
}

/** Keeps a unit from starting at boot; one whose file is gone does not start. */
export function disable({ unit }: UnitQuestion): Command {
  return { argv: script('lvsform-disable-service', disableText, unit), label: `disable ${unit}` };
}

/** Forgets what a unit has loaded: it counts as never loaded by lvsform. */
export function forgetLoads({ unit }: UnitQuestion): Command {
  const records = ['reload', 'restart'].map(verb => `${recordsDirectory}/${unit}.${verb}`);
  return { argv: ['rm', '-f', '--', ...records] };
}

/** Makes a unit stale: it needs a reload or a restart before it is current. */
export function markStale({ unit }: UnitQuestion, need: 'reload' | 'restart'): Command {
  return { argv: script('lvsform-mark-service', markText, recordsDirectory, unit, need) };
}

const record = `record() {
  mkdir -p -- "$records" && printf '%s\\n' "$2" >"$records/.$1" && mv -f -- "$records/.$1" "$records/$1"
}
`;

const loadText = `${fingerprint}${record}
set -u
umask 077
export LC_ALL=C
records=$1 unit=$2 verb=$3 count=$4
shift 4
restart=$(shift "$count"; fingerprint "$@")
reload=$(
  k=$count total=$#
  while [ "$k" -gt 0 ]; do set -- "$@" "$1"; shift; k=$((k - 1)); done
  shift $((total - count))
  fingerprint "$@"
)
fail() {
  echo "$1" >&2
  systemctl status --no-pager --lines=0 -- "$unit" 2>&1 | head -n 12 >&2
  journalctl --no-pager -q -o cat -n 15 -u "$unit" 2>/dev/null | cat >&2
  exit 1
}
case $(systemctl show -p NeedDaemonReload -p LoadState -- "$unit") in
  *NeedDaemonReload=yes* | *LoadState=not-found*) systemctl daemon-reload || exit 1 ;;
esac
case $verb in
  start) systemctl reset-failed -- "$unit" 2>/dev/null; systemctl start -- "$unit" ;;
  reload) systemctl reload-or-restart -- "$unit" ;;
  restart) systemctl reset-failed -- "$unit" 2>/dev/null; systemctl restart -- "$unit" ;;
esac || fail "could not $verb $unit"
tries=0 up=
while :; do
  state=$(systemctl show -p ActiveState -p SubState -- "$unit")
  case $state in
    *ActiveState=active*SubState=exited* | *SubState=exited*ActiveState=active*) break ;;
    *ActiveState=active*) [ -z "$up" ] || break; up=yes ;;
    *ActiveState=failed* | *ActiveState=inactive*) fail "$unit ended after its $verb" ;;
    *) up= ;;
  esac
  [ "$tries" -lt 15 ] || fail "$unit is not active 15 s after its $verb"
  tries=$((tries + 1))
  sleep 1
done
if [ "$verb" != reload ] && [ $# -gt "$count" ]; then record "$unit.restart" "$restart" || exit 1; fi
if [ "$count" -gt 0 ]; then record "$unit.reload" "$reload" || exit 1; fi
exit 0
`;

const stopText = `export LC_ALL=C
case $(systemctl show -p LoadState -- "$1") in *LoadState=not-found*) exit 0 ;; esac
systemctl stop -- "$1"
`;

const disableText = `export LC_ALL=C
said=$(systemctl disable -- "$1" 2>&1) && exit 0
case $said in *'does not exist'*) exit 0 ;; esac
printf '%s\\n' "$said" >&2
exit 1
`;

const markText = `${record}
umask 077
records=$1
record "$2.$3" stale
`;
