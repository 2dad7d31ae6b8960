#!/bin/sh
# Made by lvsform for web01, a real server of cluster filtering.
# Edits are overwritten by the next run: change the inventory instead.
#
# Makes this host take requests for the VIPs.
# The unit lvsform-rs runs it at boot; it serves by hand as well.
#
#   start    sets what keeps this host quiet about the VIPs (ARP), then adds the VIPs; only what is missing
#   reload   the same as start
#   restart  stop, then start: requests are lost in between
#   stop     takes away the VIPs, then puts back the settings that start found otherwise, unless other addresses
#            on the same devices still need them
#   status   shows what is there
#
# Exit codes: 0 done; status: all there. 1 failed. 2 usage. 3 status: not all there. 4 not root.
# (LSB, "Init Script Actions")

set -u
LC_ALL=C
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
export LC_ALL PATH
kernel=/proc/sys
devices=/sys/class/net
# Settings as they were before start changed them; gone at a reboot, as the changes are.
before=/run/lvsform-rs.before

# path below /proc/sys, value
each_setting() {
    :
    "$@" net/ipv4/conf/all/arp_ignore 1
    "$@" net/ipv4/conf/all/arp_announce 2
    "$@" net/ipv4/conf/lo/arp_ignore 1
    "$@" net/ipv4/conf/lo/arp_announce 2
    "$@" net/ipv4/conf/all/rp_filter 2
}

# device, address, label
each_vip() {
    :
    "$@" lo 192.168.0.240/32 lo:240
    "$@" tunl0 192.168.0.241/32 tunl0:241
}

# device at the end of a tunnel
each_tunnel() {
    :
    "$@" tunl0
}

# next hop of the default route
each_route() {
    :
}

say() {
    echo "$0: $*" >&2
}

failed=0
try() {
    "$@" && return
    say "failed: $*"
    failed=1
}

# --- settings of the kernel ---------------------------------------------------------------------------------------

value_of() {
    cat "$kernel/$1"
}

write_value() {
    echo "$2" >"$kernel/$1"
}

# A VIP without these settings answers ARP in the director's place, and nobody would notice: better no VIP at all.
set_value() {
    now=$(value_of "$1") || exit 1
    [ "$now" != "$2" ] || return 0
    grep -qs "^$1 " "$before" || echo "$1 $now" >>"$before" || exit 1
    write_value "$1" "$2" || {
        say "could not set $1 to $2: no VIP is added"
        exit 1
    }
}

put_back() {
    [ -e "$before" ] || return 0
    if [ -n "$others" ]; then
        say "settings stay as they are: they also serve$others"
        return 0
    fi
    while read -r path value; do
        try write_value "$path" "$value"
    done <"$before"
    rm -f "$before"
}

# --- devices, VIPs, route -----------------------------------------------------------------------------------------

# Whether the device is there. To ask ip(8) for tunl0 by its name would make the kernel load ipip.
has_device() {
    [ -e "$devices/$1" ]
}

has_vip() {
    has_device "$1" || return 1
    case $(ip -o addr show dev "$1" 2>/dev/null) in
    *" inet $2 "* | *" inet6 $2 "*) ;;
    *) return 1 ;;
    esac
}

add_vip() {
    has_vip "$1" "$2" && return
    case $2 in
    *:*) try ip addr add "$2" dev "$1" ;;
    *) try ip addr add "$2" dev "$1" label "$3" ;;
    esac
}

delete_vip() {
    has_vip "$1" "$2" || return 0
    try ip addr del "$2" dev "$1"
}

# Addresses on the VIPs' devices that are not loopback's own, into $others.
find_others() {
    others=
    for device in lo tunl0; do
        has_device "$device" || continue
        found=$(ip -o -4 addr show dev "$device" 2>/dev/null) || continue
        while read -r _ _ _ address _; do
            case $address in '' | 127.*) ;; *) others="$others $address" ;; esac
        done <<END
$found
END
    done
}

is_up() {
    has_device "$1" && [ -n "$(ip -o link show dev "$1" up 2>/dev/null)" ]
}

# The module ipip makes tunl0.
open_tunnel() {
    is_up "$1" && return
    has_device "$1" || try modprobe ipip
    try ip link set dev "$1" up
}

close_tunnel() {
    is_up "$1" || return 0
    [ -n "$others" ] || try ip link set dev "$1" down
}

has_route() {
    case " $(ip route show default) " in
    *" via $1 "*) ;;
    *) return 1 ;;
    esac
}

set_route() {
    has_route "$1" || try ip route replace default via "$1"
}

# --- status -------------------------------------------------------------------------------------------------------

missing=0
report() {
    if "$1" "$2" "${3-}"; then
        echo "present  $4"
    else
        echo "missing  $4"
        missing=1
    fi
}

has_value() {
    [ "$(value_of "$1")" = "$2" ]
}

show_setting() {
    report has_value "$1" "$2" "setting $1 = $2"
}

show_tunnel() {
    report is_up "$1" '' "tunnel  $1, up"
}

show_vip() {
    report has_vip "$1" "$2" "VIP     $2 on $1"
}

show_route() {
    report has_route "$1" '' "route   default via $1"
}

# --- what to do ---------------------------------------------------------------------------------------------------

start() {
    each_setting set_value
    each_tunnel open_tunnel
    each_vip add_vip
    each_route set_route
}

reload() {
    start
}

stop() {
    each_vip delete_vip
    find_others
    each_tunnel close_tunnel
    put_back
}

status() {
    each_setting show_setting
    each_tunnel show_tunnel
    each_vip show_vip
    each_route show_route
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

if [ "$verb" = restart ]; then
    stop
    start
else
    "$verb"
fi
exit "$failed"
