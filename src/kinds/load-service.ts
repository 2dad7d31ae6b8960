import { type Command, script } from '../model/command.ts';
import { bySystemd, scriptWorks } from '../probes/init.ts';
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

/**
 * What follows works with systemd and, where that did not boot the host, with scripts of /etc/init.d. Those are run
 * as service(8) runs them: from /, with next to no environment, and with their output in a file, for a daemon that they
 * start would keep a pipe open.
 */
const runScript = `act() (
  cd / && exec env -i "PATH=$PATH" TERM=dumb LC_ALL=C "/etc/init.d/$unit" "$1" </dev/null >"$said" 2>&1
)
said=$(mktemp) || exit 1
trap 'rm -f -- "$said"' EXIT
`;

/** Stops a unit; one that is gone is stopped. */
export function stop({ unit }: UnitQuestion): Command {
  return { argv: script('lvsform-stop-service', stopText, unit), label: `stop ${unit}` };
}

/** Has a unit start at boot. */
export function enable({ unit }: UnitQuestion): Command {
  return { argv: script('lvsform-enable-service', enableText, unit), label: `enable ${unit}` };
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
  mkdir -p -- "$records" && rm -f -- "$records/.$1" && printf '%s\\n' "$2" >"$records/.$1" && mv -f -- "$records/.$1" "$records/$1"
}
`;

const loadText = `${fingerprint}${record}${scriptWorks}
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
with_systemd() {
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
}
with_script() {
  fail() {
    echo "$1" >&2
    tail -n 15 -- "$said" >&2
    exit 1
  }
  [ -x "/etc/init.d/$unit" ] || { echo "there is no script /etc/init.d/$unit" >&2; exit 1; }
  case $verb in
    start) act start ;;
    reload) if script_works "$unit"; then act reload || act force-reload || act restart; else act start; fi ;;
    restart) act restart ;;
  esac || fail "could not $verb $unit"
  tries=0 up=
  while :; do
    if script_works "$unit"; then [ -z "$up" ] || break; up=yes; else up=; fi
    [ "$tries" -lt 15 ] || fail "$unit does not work 15 s after its $verb"
    tries=$((tries + 1))
    sleep 1
  done
}
if ${bySystemd}; then with_systemd; else
  ${runScript}
  with_script
fi
if [ "$verb" != reload ] && [ $# -gt "$count" ]; then record "$unit.restart" "$restart" || exit 1; fi
if [ "$count" -gt 0 ]; then record "$unit.reload" "$reload" || exit 1; fi
exit 0
`;

const stopText = `export LC_ALL=C
unit=$1
if ! ${bySystemd}; then
  [ -x "/etc/init.d/$unit" ] || exit 0
  ${runScript}
  act stop || { cat -- "$said" >&2; exit 1; }
  exit 0
fi
case $(systemctl show -p LoadState -- "$1") in *LoadState=not-found*) exit 0 ;; esac
systemctl stop -- "$1"
`;

const enableText = `export LC_ALL=C
if ${bySystemd}; then exec systemctl enable -- "$1"; fi
if command -v update-rc.d >/dev/null; then update-rc.d "$1" defaults && update-rc.d "$1" enable
else chkconfig --add "$1" && chkconfig "$1" on
fi
`;

/** A script of ours goes with its links; one of a package stays known, as one that is off. */
const disableText = `export LC_ALL=C
if ! ${bySystemd}; then
  [ -e "/etc/init.d/$1" ] || exit 0
  ours=
  ! grep -q '^# Made by lvsform' "/etc/init.d/$1" || ours=yes
  if command -v update-rc.d >/dev/null; then
    if [ -n "$ours" ]; then update-rc.d -f "$1" remove; else update-rc.d "$1" disable; fi
  elif [ -n "$ours" ]; then chkconfig --del "$1"
  else chkconfig "$1" off
  fi
  exit
fi
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
