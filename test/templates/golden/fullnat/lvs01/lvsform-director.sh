#!/bin/sh
# Made by lvsform for lvs01, a director of cluster fullnat.
# Edits are overwritten by the next run: change the inventory instead.
#
# Holds this director's iptables rules.
# The unit lvsform-director runs it at boot; it serves by hand as well.
#
#   start    adds what is missing
#   reload   the same as start
#   restart  the same as start: there is nothing that only a stop would mend
#   stop     takes away the rules below, each wherever it stands
#   status   shows what of it is there
#
# Rules that are not listed here are never touched; ours are known by their comment.
# Exit codes: 0 done; status: all there. 1 failed. 2 usage. 3 status: not all there. 4 status: unknown;
# otherwise: not root. 5 iptables is missing. (LSB, "Init Script Actions")

set -u
LC_ALL=C
PATH=$PATH:/usr/sbin:/sbin
export LC_ALL PATH

# device, address
each_address() {
    :
}

# program, table, -A (append) or -I (insert), chain, rule
each_rule() {
    :
    # FULLNAT: service http reaches its real servers as 10.7.0.11, so they answer to it
    "$@" iptables nat -A POSTROUTING -m comment --comment lvsform:653dbc92 -m ipvs --vproto tcp --vaddr 10.0.0.10 --vport 80 --vmethod MASQ -j SNAT --to-source 10.7.0.11
}

say() {
    echo "$0: $*" >&2
}

failed=0
fail() {
    say "failed: $*"
    failed=1
}

# What of iptables' two backends (legacy, nf_tables) is here, and which of them a rule goes to.
has_nft() {
  module=/sys/module/nf_tables
  [ -d "$module" ] && return 0
  builtin=/lib/modules/$(uname -r)/modules.builtin
  [ ! -e "$builtin" ] || grep -q '/nf_tables\.ko' "$builtin"
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
    if printf '%s\n' "$saved" | grep -v -e '--comment "\{0,1\}lvsform:[0-9a-f]' | grep -q -e '^-A ' -e '^:[A-Z]* [DQR]'; then
      side_of "$holder" "$1"
    fi
  done
}
writers() {
  sides=$(in_use "$1") || return 1
  echo "${sides:-own}"
}

family_of() {
    case $1 in iptables) echo 4 ;; *) echo 6 ;; esac
}

# Is the rule there, in either backend? 0 yes, 1 no; anything else: iptables could not look (its words go into
# $complaint). $found is the program that has it.
look() {
    family=$(family_of "$1") table=$2 chain=$4
    shift 4
    for found in $(holders "$family" "$table"); do
        complaint=$("$found" -w 10 -t "$table" -C "$chain" "$@" 2>&1)
        code=$?
        [ "$code" = 1 ] || return "$code"
    done
    return 1
}

# The sides that a rule has to be on, in $sides. Read once: rules of ours do not count.
find_sides() {
    eval "sides=\${sides_$1-}"
    [ -n "$sides" ] && return
    sides=$(writers "$1") || return 1
    eval "sides_$1=\$sides"
}

# Where the host's other rules are: in the backend of its own program, unless the other one alone is in use.
add_rule() {
    look "$@"
    case $? in
    0) return ;;
    1) ;;
    *)
        fail "$complaint"
        return
        ;;
    esac
    find_sides "$family" || {
        fail "cannot read the rules that are there"
        return
    }
    case $sides in
    *own*) program=$(program_at own "$family") ;;
    *) program=$(program_at other "$family") ;;
    esac
    place=$3
    shift 4
    "$program" -w 10 -t "$table" "$place" "$chain" "$@" || fail "$program -t $table $place $chain $*"
}

# More than once, should the rule stand there twice.
delete_rule() {
    while look "$@"; do
        drop_rule "$@" || return
    done
}

drop_rule() {
    shift 4
    "$found" -w 10 -t "$table" -D "$chain" "$@" && return
    fail "$found -t $table -D $chain $*"
    return 1
}

missing=0
show_rule() {
    if look "$@"; then
        echo "present  $*"
    else
        echo "missing  $*"
        missing=1
    fi
}

has_address() {
    case $(ip -o addr show dev "$1") in
    *" inet $2 "*) ;;
    *) return 1 ;;
    esac
}

add_address() {
    has_address "$1" "$2" && return
    ip addr add "$2" dev "$1" || fail "ip addr add $2 dev $1"
}

delete_address() {
    has_address "$1" "$2" || return 0
    ip addr del "$2" dev "$1" || fail "ip addr del $2 dev $1"
}

show_address() {
    if has_address "$1" "$2"; then
        echo "present  $2 on $1"
    else
        echo "missing  $2 on $1"
        missing=1
    fi
}

# A rule that writes an address which this host does not have would lose every answer.
start() {
    each_address add_address
    each_rule add_rule
}

stop() {
    each_rule delete_rule
    each_address delete_address
}

status() {
    each_address show_address
    each_rule show_rule
    [ "$missing" = 0 ] || exit 3
}

verb=${1-}
case $#$verb in
1start | 1stop | 1restart | 1reload | 1status) ;;
*)
    echo "usage: $0 start|stop|restart|reload|status" >&2
    exit 2
    ;;
esac
if [ "$(id -u)" != 0 ]; then
    say "must be run as root"
    exit 4
fi
if ! command -v iptables >/dev/null; then
    say "iptables is not installed (package iptables)"
    [ "$verb" = status ] && exit 4
    exit 5
fi

case $verb in
start | reload | restart) start ;;
*) "$verb" ;;
esac
exit "$failed"
