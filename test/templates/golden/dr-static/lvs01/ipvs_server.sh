#!/bin/sh
# Made by lvsform for lvs01, a director of cluster dr.
# Edits are overwritten by the next run: change the inventory instead.
#
# Holds the IPVS rules and the VIPs of this director.
# The unit lvsform-ipvs runs it at boot; it serves by hand as well.
#
#   start    adds what is missing, and leaves alone what is there
#   reload   makes the listed services in the kernel equal to this file, with no gap: adds, edits, and takes
#            away real servers that are no longer listed, after a wait with weight 0
#   restart  stop, then start: clients are refused in between, so prefer reload
#   stop     takes away the VIPs, then the listed services
#   status   shows what is there
#
# Services that are not listed here are never touched.
# Exit codes: 0 done; status: all there. 1 failed. 2 usage. 3 status: not all there. 4 status: unknown;
# otherwise: not root. 5 ipvsadm is missing. (LSB, "Init Script Actions")

set -u
LC_ALL=C
PATH=$PATH:/usr/sbin:/sbin
export LC_ALL PATH
newline='
'
kernel_table=/proc/net/ip_vs

# protocol, VIP:port, scheduler, persistence in seconds (0: none), seconds that a leaving server may take to finish
each_service() {
    :
    "$@" -t 192.168.0.240:80 rr 0 30
}

# protocol, VIP:port, real server, forwarding (-g DR, -i TUN, -m NAT), weight
each_server() {
    :
    "$@" -t 192.168.0.240:80 192.168.0.223:80 -g 1
    "$@" -t 192.168.0.240:80 192.168.0.224:80 -g 1
}

# device, address, label
each_vip() {
    :
    "$@" eth0 192.168.0.240/24 eth0:240
}

# tcp, tcpfin, udp: seconds that an idle connection keeps its place in the table
each_timeouts() {
    :
    "$@" 30 5 60
}

print() {
    printf '%s\n' "$*"
}

say() {
    print "$0: $*" >&2
}

failed=0
try() {
    "$@" && return
    say "failed: $*"
    failed=1
}

# --- the kernel's table -------------------------------------------------------------------------------------------

# Reads the table into $table, one command of ipvsadm(8) a line. Asking ipvsadm loads the module: start wants that.
read_table() {
    table=
    [ "$verb" = start ] || [ "$verb" = reload ] || [ -e "$kernel_table" ] || return 0
    table=$(ipvsadm -Sn) || {
        say "could not read the IPVS table"
        exit 1
    }
}

# What follows "$1 " in the table, into $found; fails where no line begins so. The kernel's words for a plain tunnel are
# left out: nobody writes them.
find_line() {
    found=$newline$table$newline
    case $found in
    *"$newline$1 "*) ;;
    *) return 1 ;;
    esac
    found=${found#*"$newline$1 "}
    found=${found%%"$newline"*}
    found=${found% }
    found=${found%" --tun-type ipip"}
}

service_words() {
    if [ "$2" = 0 ]; then echo "-s $1"; else echo "-s $1 -p $2"; fi
}

# put_service -A|-E PROTOCOL VIP SCHEDULER PERSISTENCE
put_service() {
    if [ "$5" = 0 ]; then
        try ipvsadm "$1" "$2" "$3" -s "$4"
    else
        try ipvsadm "$1" "$2" "$3" -s "$4" -p "$5"
    fi
}

add_service() {
    find_line "-A $1 $2" || put_service -A "$1" "$2" "$3" "$4"
}

match_service() {
    if ! find_line "-A $1 $2"; then
        put_service -A "$1" "$2" "$3" "$4"
    elif [ "$found" != "$(service_words "$3" "$4")" ]; then
        put_service -E "$1" "$2" "$3" "$4"
    fi
}

add_server() {
    find_line "-a $1 $2 -r $3" || try ipvsadm -a "$1" "$2" -r "$3" "$4" -w "$5"
}

match_server() {
    if ! find_line "-a $1 $2 -r $3"; then
        try ipvsadm -a "$1" "$2" -r "$3" "$4" -w "$5"
    elif [ "$found" != "$4 -w $5" ]; then
        try ipvsadm -e "$1" "$2" -r "$3" "$4" -w "$5"
    fi
}

delete_service() {
    find_line "-A $1 $2" || return 0
    try ipvsadm -D "$1" "$2"
}

set_timeouts() {
    case $(ipvsadm -L --timeout) in
    *": $1 $2 $3") ;;
    *) try ipvsadm --set "$1" "$2" "$3" ;;
    esac
}

# --- real servers that leave --------------------------------------------------------------------------------------

# Runs "$@ PROTOCOL VIP SERVER FORWARDING" for each server that a listed service has in the kernel and not in this file.
each_unlisted() {
    services=$newline$(each_service print)$newline
    servers=$newline$(each_server print)$newline
    while read -r command flag vip _ rip method _; do
        [ "$command" = -a ] || continue
        case $services in *"$newline$flag $vip "*) ;; *) continue ;; esac
        case $servers in *"$newline$flag $vip $rip "*) continue ;; esac
        "$@" "$flag" "$vip" "$rip" "$method"
    done <<END
$table
END
}

# Takes a server's weight away, and remembers it in $leaving, with the longest wait of all that leave.
leaving='' wait=0
retire() {
    try ipvsadm -e "$1" "$2" -r "$3" "$4" -w 0
    leaving="$leaving$1 $2 $3$newline"
    each_service longest
}

longest() {
    [ "$1 $2" = "$flag $vip" ] && [ "$5" -gt "$wait" ] && wait=$5
    return 0
}

# Succeeds while a leaving server has active connections.
still_busy() {
    while read -r flag vip rip; do
        [ -n "$flag" ] || continue
        ipvsadm -Ln "$flag" "$vip" | {
            while read -r arrow server _ _ active _; do
                [ "$arrow $server" = "-> $rip" ] && [ "$active" -gt 0 ] && exit 0
            done
            exit 1
        } && return
    done <<END
$leaving
END
    return 1
}

remove_servers() {
    each_unlisted retire
    [ -n "$leaving" ] || return 0
    while [ "$wait" -gt 0 ] && still_busy; do
        sleep 1
        wait=$((wait - 1))
    done
    while read -r flag vip rip; do
        [ -z "$flag" ] || try ipvsadm -d "$flag" "$vip" -r "$rip"
    done <<END
$leaving
END
}

# --- VIPs ---------------------------------------------------------------------------------------------------------

has_vip() {
    case $(ip -o addr show dev "$1") in
    *" inet $2 "* | *" inet6 $2 "*) ;;
    *) return 1 ;;
    esac
}

# The neighbours may still know the VIP by another director's address: tell them, where the host has arping.
add_vip() {
    has_vip "$1" "$2" && return
    case $2 in
    *:*) try ip addr add "$2" dev "$1" ;;
    *) try ip addr add "$2" dev "$1" label "$3" ;;
    esac
    if command -v arping >/dev/null; then
        arping -q -U -c 1 -I "$1" "${2%/*}" >/dev/null 2>&1 || :
    fi
}

delete_vip() {
    has_vip "$1" "$2" || return 0
    try ip addr del "$2" dev "$1"
}

# --- status -------------------------------------------------------------------------------------------------------

missing=0
report() {
    printf '%-8s  %s\n' "$1" "$2"
    [ "$1" != missing ] || missing=1
}

show_service() {
    if ! find_line "-A $1 $2"; then
        report missing "service $1 $2"
    elif [ "$found" = "$(service_words "$3" "$4")" ]; then
        report present "service $1 $2 $found"
    else
        report differs "service $1 $2 $found, not $(service_words "$3" "$4")"
    fi
}

show_server() {
    if ! find_line "-a $1 $2 -r $3"; then
        report missing "server  $1 $2 -r $3"
    elif [ "$found" = "$4 -w $5" ]; then
        report present "server  $1 $2 -r $3 $found"
    else
        report differs "server  $1 $2 -r $3 $found, not $4 -w $5"
    fi
}

show_unlisted() {
    report unlisted "server  $1 $2 -r $3"
}

show_vip() {
    if has_vip "$1" "$2"; then report present "VIP     $2 on $1"; else report missing "VIP     $2 on $1"; fi
}

# --- what to do ---------------------------------------------------------------------------------------------------

# Rules come before VIPs and go after them: a VIP without rules refuses every client.
start() {
    read_table
    each_timeouts set_timeouts
    each_service add_service
    each_server add_server
    each_vip add_vip
}

reload() {
    read_table
    each_timeouts set_timeouts
    each_service match_service
    each_server match_server
    each_vip add_vip
    remove_servers
}

stop() {
    each_vip delete_vip
    read_table
    each_service delete_service
}

status() {
    read_table
    each_service show_service
    each_server show_server
    each_unlisted show_unlisted
    each_vip show_vip
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
if ! command -v ipvsadm >/dev/null; then
    say "ipvsadm is not installed (package ipvsadm)"
    [ "$verb" = status ] && exit 4
    exit 5
fi

if [ "$verb" = restart ]; then
    verb=stop
    stop
    verb=start
    start
else
    "$verb"
fi
exit "$failed"
