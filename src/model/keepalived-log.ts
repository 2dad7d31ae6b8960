/**
 * A function of sh: `keepalived_log WORDS MOST` sets `said` to the lines of keepalived's log since its last start that fit the extended pattern
 * WORDS, the newest first and MOST at most, and `log` to `journal`, `file` or `no`. keepalived tells its state to nobody without writing a
 * file (`keepalived --signum=JSON`), and whoever reads must not write. What started it is told by systemd 232 or later, and
 * `--grep` is of 237. Without systemd syslog's files are read.
 */
export const keepalivedLog = `keepalived_log() {
  log=no said=
  if [ -d /run/systemd/system ]; then
    command -v journalctl >/dev/null || return 0
    log=journal
    run=$(systemctl show -p InvocationID keepalived); run=\${run#InvocationID=}
    if [ -n "$run" ]; then set -- "$1" "$2" "_SYSTEMD_INVOCATION_ID=$run"; else set -- "$1" "$2" -u keepalived; fi
    words=$1 most=$2
    shift 2
    set -- -q -r -o cat --no-pager "$@"
    said=$(journalctl "$@" -n "$most" --grep="$words" 2>/dev/null) || said=$(journalctl "$@" -n 5000 | grep -E "$words")
  else
    for file in /var/log/syslog /var/log/messages /var/log/daemon.log; do
      [ -r "$file" ] || continue
      log=file
      said=$(grep -i keepalived "$file" | sed -n '/Starting VRRP child process/h;//!H;$ { x; p; }' | grep -E "$1" | sed '1!G;h;$!d' | head -n "$2")
      break
    done
  fi
}
`;

/** The same, with `tell_states`, which prints `log WHERE`, then `state WORD NAME` for what each VRRP instance entered, the newest first. */
export const tellStates = `${keepalivedLog}
tell_states() {
  keepalived_log 'ntering (MASTER|BACKUP|FAULT) (STATE|state)' 200
  echo "log $log"
  printf '%s\\n' "$said" | sed -n -E 's/^.*\\(([^()]+)\\):? [Ee]ntering (MASTER|BACKUP|FAULT) .*$/state \\2 \\1/p'
}
`;

/** The state of a VRRP instance, in keepalived's words. */
export type VrrpWord = (typeof vrrpWords)[number];
const vrrpWords = ['MASTER', 'BACKUP', 'FAULT'] as const;

/** The newest state of each instance, by name, from what `tell_states` printed; other lines are passed over. */
export function statesIn(lines: readonly string[]): ReadonlyMap<string, VrrpWord> {
  const newest = new Map<string, VrrpWord>();
  for (const line of lines) {
    const [, said, name = ''] = /^state (\S+) (.*)$/.exec(line) ?? [];
    const word = vrrpWords.find(one => one === said);
    if (word !== undefined && !newest.has(name)) newest.set(name, word);
  }
  return newest;
}
