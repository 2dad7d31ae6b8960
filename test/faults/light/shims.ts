import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/*
 * A session of lvsform on a light host finds `/shim` first in its PATH, so each command of a batch goes by way of a shim,
 * which writes down that it was called and, where the test says so, holds it: before it begins, in the middle (at a
 * program that it calls), or when it has ended and nobody has been told yet. Only the session's own commands see the
 * shims, and what they do is done by the real programs.
 *
 * In `/hold`, which is the test's: `log` has a line for each call, `hold` says where to stop, `held` appears when
 * something is held there, and a line written to the FIFO `go` lets it go on.
 */

/** Programs that a batch calls by name. */
const outer = ['sh', 'rm', 'ip', 'useradd', 'userdel', 'install', 'mkdir', 'rmdir'];

/** Programs that a step's script calls, at which it can be held in the middle. */
const inner =
  'mktemp cat base64 chown chmod sync mv rm ln mkdir rmdir awk grep sed sort head tail ip iptables iptables-legacy ip6tables iptables-save iptables-legacy-save apt-get dpkg dpkg-query update-rc.d nginx start-stop-daemon env sha256sum touch arping sysctl'.split(
    ' ',
  );

const places = ['usr/local/sbin', 'usr/local/bin', 'usr/sbin', 'usr/bin', 'sbin', 'bin'];

/** Writes the shims of all programs that the image has. */
export function writeShims(folder: string, image: string): void {
  mkdirSync(join(folder, 'in'));
  const has = (name: string) => places.some(place => existsSync(join(image, place, name)));
  for (const name of outer.filter(has)) writeFileSync(join(folder, name), shim, { mode: 0o755 });
  writeFileSync(join(folder, 'unfold'), unfold, { mode: 0o755 });
  for (const name of inner.filter(has)) writeFileSync(join(folder, 'in', name), innerShim, { mode: 0o755 });
}

const held = `stop() { : >/hold/held; read -r word </hold/go; }
`;

/**
 * Reads and steps are counted apart, for a host may be read again and again while it settles. `hold` is
 * `READ|STEP NUMBER before|during|after [CALL]`.
 */
const shim = `#!/bin/dash
name=\${0##*/}
case $PATH in /shim:*) rest=\${PATH#/shim:} ;; *) exec "$0: not first in PATH" ;; esac
if [ "$name" = sh ] && [ "$3" = lvsform ]; then
  PATH=$rest
  real=$(command -v sh)
  PATH=/shim:$rest
  case $2 in *'eval "$s"'*) ;; *) echo 'the session is not as /shim/unfold knows it' >&2; exit 1 ;; esac
  program=\${2%%'eval "$s"'*}'s=$(printf "%s\\n" "$s" | /shim/unfold) && eval "$s"'\${2#*'eval "$s"'}
  shift 2
  exec "$real" -c "$program" "$@"
fi
PATH=$rest
${held}
case $3 in lvsform-read-* | lvsform-test-* | read-ledger) kind=read ;; *) kind=step ;; esac
number=0
[ ! -e "/hold/$kind" ] || read -r number <"/hold/$kind"
number=$((number + 1))
echo "$number" >"/hold/$kind"
if [ "$name" = sh ]; then echo "$kind $number $3" >>/hold/log; else echo "$kind $number $name $*" >>/hold/log; fi
want= at= when= call=
[ ! -e /hold/hold ] || read -r want at when call </hold/hold
if [ -e /hold/record ] && [ "$kind" = step ]; then
  echo 0 >/hold/calls
  PATH=/shim/in:$rest "$name" "$@"
  code=$?
  read -r calls </hold/calls
  echo "calls $number $calls" >>/hold/log
  exit "$code"
fi
[ "$want $at" = "$kind $number" ] || exec "$name" "$@"
case $when in
before) stop; exec "$name" "$@" ;;
during)
  echo 0 >/hold/calls
  PATH=/shim/in:$rest
  exec "$name" "$@"
  ;;
after)
  "$name" "$@"
  code=$?
  stop
  exit "$code"
  ;;
esac
`;

/**
 * A batch as it would be without functions: each script of lvsform's own is a process again, by way of the shim for `sh`. A function begins with
 * a line `s1_NAME() {`, and ends before the next one, or before the batch.
 */
const unfold = String.raw`#!/usr/bin/awk -f
function flush(  at, body) {
  if (name == "") return
  for (at = 1; at < count; at++) body = body lines[at] "\n"
  gsub(/\047/, "\047\\\047\047", body)
  called = name
  sub(/^s[0-9]+_/, "", called)
  gsub(/_/, "-", called)
  printf "%s() {\nset -- sh -c \047%s\047 %s \"$@\"\n", name, body, called
  printf "if [ \"\${i+set}\" ]; then printf %%s \"$i\" | (exec \"$@\"); else exec \"$@\"; fi\n}\n"
  name = ""
}
done { print; next }
/^b\(\) \{/ { flush(); done = 1; print; next }
/^s[0-9]+_[A-Za-z0-9_]+\(\) \{$/ { flush(); name = $0; sub(/\(\) \{$/, "", name); count = 0; next }
{ lines[++count] = $0 }
`;

const innerShim = `#!/bin/dash
case $PATH in
/shim/in:*) PATH=\${PATH#/shim/in:} ;;
*:/shim/in:*) PATH=\${PATH%%:/shim/in:*}:\${PATH#*:/shim/in:} ;;
esac
${held}
calls=0
read -r calls </hold/calls || :
calls=$((calls + 1))
echo "$calls" >/hold/calls
call=
[ ! -e /hold/hold ] || read -r want at when call </hold/hold
[ "$call" != "$calls" ] || [ -e /hold/record ] || stop
exec "\${0##*/}" "$@"
`;
