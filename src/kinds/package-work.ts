import { type Command, script } from '../model/command.ts';
import { bySystemd } from '../probes/init.ts';

/**
 * What must be before dpkg is asked for anything: waits, a minute at most, until nobody else is at work with it, and else names
 * who is; then finishes what an interrupted dpkg left half done, which dpkg and apt refuse to work beside. With rpms there is
 * nothing to do: dnf and zypper wait for their own lock, and rpm leaves no such state.
 */
export function settlePackages(name: string): Command {
  return {
    argv: script('lvsform-settle-packages', settleText, name),
    label: 'wait for other package work, and finish what was interrupted',
  };
}

/**
 * Shell: `quietly` keeps the scripts of packages from starting services while this runs, by policy-rc.d (/usr/share/doc/sysv-rc,
 * invoke-rc.d(8)); a file of the administrator's own is left alone. Enabling has no such switch, so `no_units` disables
 * the units that came with a package's source after `before` was set by `installed`.
 */
export const quietPackages = `quietly() {
  policy=/usr/sbin/policy-rc.d
  if ! [ -e "$policy" ] && ! [ -L "$policy" ] || grep -qs '^# lvsform:' "$policy"; then
    trap 'rm -f "$policy"' EXIT
    trap 'exit 129' HUP; trap 'exit 130' INT; trap 'exit 143' TERM
    printf '#!/bin/sh\\n# lvsform: an installation starts nothing\\nexit 101\\n' >"$policy"
    chmod 0755 "$policy"
  fi
}
installed() { dpkg-query -W -f '\${db:Status-Status} \${source:Package} \${binary:Package}\\n' | grep '^installed '; }
off() {
  if ${bySystemd}; then systemctl disable -- "$1"; else update-rc.d "\${1%.service}" disable; fi
}
no_units() {
  source=$(dpkg-query -W -f '\${source:Package}' -- "$1" 2>/dev/null)
  installed | while read -r status from package; do
    [ "$from" = "$source" ] || continue
    case "
$before
" in *" $package
"*) continue ;; esac
    dpkg -L "$package" | sed -n \\
      -e 's|^.*/lib/systemd/system/\\([^/@]*\\.service\\)$|\\1|p' \\
      -e 's|^.*/lib/systemd/system/\\([^/@]*\\.socket\\)$|\\1|p' \\
      -e 's|^/etc/init\\.d/\\([^/]*\\)$|\\1.service|p'
  done | sort -u | while read -r unit; do
    off "$unit" >/dev/null 2>&1 </dev/null
  done
}`;

/**
 * The kernel's list of locks (proc(5), /proc/locks) has those of fcntl(2), which dpkg and apt take, with their
 * processes; a lock's file is known among what such a process has open. Files in /var/lib/dpkg/updates are a dpkg's that
 * did not come to its end.
 */
const settleText = `set -u
export LC_ALL=C
command -v apt-get >/dev/null || exit 0
${quietPackages}
busy() {
  while read -r number kind mode access pid place; do
    [ "$kind" = POSIX ] && [ "$access" = WRITE ] && [ "$pid" -gt 0 ] || continue
    for lock in /var/lib/dpkg/lock-frontend /var/lib/dpkg/lock /var/cache/apt/archives/lock; do
      for open in "/proc/$pid/fd/"*; do
        [ "$open" -ef "$lock" ] && holder=$pid && return 0
      done
    done
  done </proc/locks
  return 1
}
waited=0
while busy; do
  if [ "$waited" -ge 60 ]; then
    words=$(tr '\\0' ' ' <"/proc/$holder/cmdline" | cut -c 1-200)
    echo "other package work goes on for $waited s: $lock is held by process $holder ($words)" >&2
    exit 1
  fi
  waited=$((waited + 1))
  sleep 1
done
if [ -z "$(ls /var/lib/dpkg/updates)" ] &&
  ! dpkg-query -W -f '\${db:Status-Status}\\n' | grep -qE '^(unpacked|half-configured|triggers-(awaited|pending))$'
then exit 0
fi
before=$(installed)
quietly
if ! said=$(DEBIAN_FRONTEND=noninteractive dpkg --force-confdef --force-confold --configure -a </dev/null 2>&1); then
  printf '%s\\n' "$said" | tail -n 20 >&2
  echo 'an earlier dpkg was interrupted, and dpkg --configure -a does not finish it' >&2
  exit 1
fi
no_units "$1"
exit 0
`;
