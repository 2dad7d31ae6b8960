/** Which of iptables' two backends: the one that the host's own `iptables` writes to, or the other one. */
export type Side = 'own' | 'other';

/**
 * Shell functions about the two backends of iptables (legacy and nf_tables), shared by probes, kinds and the scripts
 * of gateways and firewalls. A rule of one backend says nothing to the other: what is accepted by one is dropped by
 * the other all the same, so rules go where the host's other rules are.
 *
 * - `holders FAMILY TABLE` prints the programs of those backends that can be asked for a table (`any`: for all that
 *   there are) without loading a module. A kernel without modules (no modules.builtin) loads none.
 * - `side_of PROGRAM FAMILY` prints `own` where the program writes to the same backend as `iptables`, else `other`.
 * - `program_at SIDE FAMILY` is the way back.
 * - `in_use FAMILY` prints the sides that hold rules, or a policy, that are not ours.
 * - `writers FAMILY` prints the sides that must have a rule for it to be effective: those in use, else `own`.
 */
export const backendFunctions = `has_nft() {
  module=/sys/module/nf_tables
  [ -d "$module" ] && return 0
  builtin=/lib/modules/$(uname -r)/modules.builtin
  [ ! -e "$builtin" ] || grep -q '/nf_tables\\.ko' "$builtin"
}
has_legacy() {
  case $1 in 4) names=/proc/net/ip_tables_names ;; *) names=/proc/net/ip6_tables_names ;; esac
  case $2 in any) grep -qs . "$names" ;; *) grep -qsx -- "$2" "$names" ;; esac
}
program_of() {
  case $1 in 4) echo iptables ;; *) echo ip6tables ;; esac
}
is_nft() {
  case $("$1" -V 2>/dev/null) in *nf_tables*) return 0 ;; *) return 1 ;; esac
}
holders() {
  program=$(program_of "$1")
  if command -v "$program-legacy" >/dev/null || command -v "$program-nft" >/dev/null; then
    if command -v "$program-legacy" >/dev/null && has_legacy "$1" "$2"; then echo "$program-legacy"; fi
    if command -v "$program-nft" >/dev/null && has_nft; then echo "$program-nft"; fi
  elif command -v "$program" >/dev/null; then
    if is_nft "$program"; then has_nft && echo "$program"; else has_legacy "$1" "$2" && echo "$program"; fi
  fi
  return 0
}
side_of() {
  program=$(program_of "$2")
  if is_nft "$1"; then
    if is_nft "$program"; then echo own; else echo other; fi
  elif is_nft "$program"; then echo other
  else echo own
  fi
}
program_at() {
  program=$(program_of "$2")
  if [ "$1" = own ]; then echo "$program"
  elif is_nft "$program"; then echo "$program-legacy"
  else echo "$program-nft"
  fi
}
in_use() {
  for holder in $(holders "$1" any); do
    saved=$("$holder-save") || return 1
    if printf '%s\\n' "$saved" | grep -v -e '--comment "\\{0,1\\}lvsform:[0-9a-f]' | grep -q -e '^-A ' -e '^:[A-Z]* [DQR]'; then
      side_of "$holder" "$1"
    fi
  done
}
writers() {
  sides=$(in_use "$1") || return 1
  echo "\${sides:-own}"
}
`;
