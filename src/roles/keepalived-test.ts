import { script } from '../model/command.ts';

/**
 * What has to accept keepalived.conf before it goes live: keepalived itself, on the host, with the version and the
 * interfaces that are there. keepalived -t of 2.2.7 kills itself where a script is run by anybody but root (it takes
 * its own parent for gone, once it has changed users), so it gets a copy in which root runs them all; who really does
 * is looked at by trusted-scripts.ts.
 */
export const keepalivedCheck = script(
  'lvsform-check-keepalived',
  `set -u
umask 077
copy=$(mktemp "\${1%/*}/.lvsform-check.XXXXXX") || exit 1
trap 'rm -f "$copy"' EXIT
sed -e 's/^\\( *script_user\\) .*$/\\1 root/' \\
  -e 's/^\\( *\\(notify[a-z_]*\\|quorum_up\\|quorum_down\\) "[^"]*"\\) .*$/\\1/' \\
  -e '/^ *user /d' "$1" >"$copy" || exit 1
keepalived -t -f "$copy"
`,
  '%s',
);
