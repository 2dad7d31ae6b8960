#!/bin/sh
# Made by lvsform for gateway, a gateway of cluster filtering.
# Edits are overwritten by the next run: change the inventory instead.
#
# Holds this gateway's iptables rules.
# The unit lvsform-gateway runs it at boot; it serves by hand as well.
#
#   start    adds the rules that are missing
#   reload   the same as start
#   restart  the same as start: there is nothing that only a stop would mend
#   stop     takes away the rules below, each wherever it stands
#   status   shows which of them are there
#
# Rules that are not listed here are never touched; ours are known by their comment.
# Exit codes: 0 done; status: all there. 1 failed. 2 usage. 3 status: not all there. 4 status: unknown;
# otherwise: not root. 5 iptables is missing. (LSB, "Init Script Actions")

set -u
LC_ALL=C
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
export LC_ALL PATH
forwarding=/proc/sys/net/ipv4/ip_forward

# program, table, -A (append) or -I (insert), chain, rule
each_rule() {
    :
    # lets 192.168.200.100:80 through what this host filters
    "$@" iptables filter -I FORWARD -m comment --comment lvsform:d794f936 -m conntrack --ctproto tcp --ctstate DNAT --ctorigdst 192.168.200.100 --ctorigdstport 80 -j ACCEPT
    # lets hosts of 192.168.0.0/24 out through what this host filters
    "$@" iptables filter -I FORWARD -m comment --comment lvsform:afa64d8d -s 192.168.0.0/24 -o eth1 -j ACCEPT
    # lets answers back to hosts of 192.168.0.0/24
    "$@" iptables filter -I FORWARD -m comment --comment lvsform:832ef234 -d 192.168.0.0/24 -i eth1 -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
    # hosts of 192.168.0.0/24 go out with the gateway's own address
    "$@" iptables nat -A POSTROUTING -m comment --comment lvsform:4100b3fc -s 192.168.0.0/24 -o eth1 -j MASQUERADE
    # what calls 192.168.200.100:80 gets service http
    "$@" iptables nat -A PREROUTING -m comment --comment lvsform:ab1a8bc8 -d 192.168.200.100/32 -p tcp --dport 80 -j DNAT --to-destination 192.168.0.240:80
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

start() {
    each_rule add_rule
    [ "$(cat "$forwarding")" = 1 ] || say "this host does not forward: net.ipv4.ip_forward is not 1"
}

stop() {
    each_rule delete_rule
}

status() {
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
