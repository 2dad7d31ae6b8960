/**
 * Shell functions for scripts that change a path as root while others may change the directories that it is in.
 *
 * `enter DIRECTORY` goes there, and from then on names are relative: whoever renames a directory on the way, or puts a
 * symbolic link in its place, changes nothing any more. A symbolic link on the way is followed where only root could
 * have made it, and refused elsewhere (as the kernel's fs.protected_symlinks does for sticky directories, proc(5)):
 * who may write to a directory on the way could lead root to any place of the host.
 *
 * `fresh` sets `temp` to a name that is not there yet, hidden, so that no `*.conf` finds it, and takes away what an earlier one left.
 * `create NAME` opens a file that was not there yet as descriptor 8; whatever is done to that descriptor, by way of
 * /proc/self/fd/8, is done to that very file. `put NAME NAME` renames, and never into a directory.
 */
export const enter = `refuse() { echo "$1" >&2; exit 1; }
ours() { case $(stat -c '%u %A' -- "$1") in '0 d'????-??-*) return 0 ;; *) return 1 ;; esac; }
enter() {
  set -- "\${1:-/}"
  cd -P -- "$1" || exit 1
  [ "$PWD" = "$1" ] && return
  at= rest=\${1#/} left=40
  while [ -n "$rest" ]; do
    part=\${rest%%/*}
    case $rest in */*) rest=\${rest#*/} ;; *) rest= ;; esac
    if [ -L "$at/$part" ]; then
      ours "\${at:-/}" || refuse "$at/$part is a symbolic link, and others than root may have made it: it is not followed"
      left=$((left - 1))
      [ "$left" -gt 0 ] || refuse "$1 leads over too many symbolic links"
      to=$(readlink -- "$at/$part" && echo .) || exit 1
      to=\${to%??}
      case $to in /*) at= rest=\${to#/}/$rest ;; *) rest=$to/$rest ;; esac
    else
      case $part in '' | .) ;; ..) at=\${at%/*} ;; *) at=$at/$part ;; esac
    fi
  done
  [ "$PWD" = "\${at:-/}" ] || refuse "$1 changed while it was entered: nothing was done there"
}
create() {
  set -C
  exec 8>"$1" || exit 1
  set +C
}
fresh() {
  # What a write left whose host lost power: one run at a time has the host's lock.
  for left in ./.lvsform.????????; do
    [ -e "$left" ] || [ -L "$left" ] || break
    rm -f -- "$left"
  done
  read -r temp </proc/sys/kernel/random/uuid && temp=./.lvsform.\${temp%%-*} || temp=$(mktemp -u ./.lvsform.XXXXXXXX)
}
put() { mv -fT -- "$1" "$2" 2>/dev/null || { [ ! -d "$2" ] && mv -f -- "$1" "$2"; }; }
`;
