import type { CommandSpec } from '../kinds/command.ts';
import { script } from '../model/command.ts';

/**
 * That HAProxy has taken its configuration. systemd cannot tell: when the new worker cannot start, because a port is
 * somebody else's (which `haproxy -c` does not try), the master goes on with the old one and the unit stays active, its reload
 * a success. So the worker itself is asked since when it runs, by its own count of seconds, which no change of the
 * clock disturbs: it has read the file if the file is not younger.
 */
export function haproxyLoaded(socket: string, path: string): CommandSpec {
  return {
    name: 'haproxy-takes-its-configuration',
    unless: script('lvsform-haproxy-loaded', `${loaded}loaded "$1" "$2"`, socket, path),
    run: script('lvsform-load-haproxy', `${loaded}${wait}`, socket, path),
  };
}

const loaded = `loaded() {
  seconds=$(echo "show info" | socat -t 5 - "UNIX-CONNECT:$1" 2>/dev/null | sed -n 's/^Uptime_sec: *//p')
  [ -n "$seconds" ] && [ "$(($(date +%s) - seconds + 1))" -ge "$(stat -c %Y -- "$2")" ]
}
`;

/** Right after a start or a reload it takes a moment; a reload that failed is tried once more. */
const wait = `export LC_ALL=C
tries=0
until loaded "$1" "$2"; do
  case $tries in
    5) systemctl reload -- haproxy || exit 1 ;;
    25)
      echo "HAProxy goes on with its old configuration: the new one could not start" >&2
      journalctl --no-pager -q -o cat -n 40 -u haproxy 2>/dev/null | grep ALERT | tail -n 4 >&2
      exit 1
      ;;
  esac
  tries=$((tries + 1))
  sleep 1
done
`;
