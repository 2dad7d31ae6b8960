#!/bin/sh
# Made by lvsform for lvs02, a director of cluster dr.
# Edits are overwritten by the next run: change the inventory instead.
#
# Holds the IPVS rules of this director.
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
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
export LC_ALL PATH
newline='
'
kernel_table=/proc/net/ip_vs

# seconds that a leaving server may take to finish; the service (-t VIP:port, -u, --sctp-service, or -f and a firewall mark,
# with -6 where it is of IPv6); its options
each_service() {
    :
    "$@" 30 -t 192.168.0.240:80 '' -s rr
}

# service, real server, its options: forwarding (-g DR, -i TUN, -m NAT), weight, thresholds (-x upper, -y lower)
each_server() {
    :
    "$@" -t 192.168.0.240:80 '' 192.168.0.223:80 -g -w 1
    "$@" -t 192.168.0.240:80 '' 192.168.0.224:80 -g -w 1
}

# device, address, label
each_vip() {
    :
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
    read_thresholds
}

# The thresholds of real servers, which -S leaves out, into $thresholds: lines "SERVICE SERVER -x UPPER -y LOWER", without
# servers that have none.
read_thresholds() {
    thresholds=$newline$(
        ipvsadm -Ln --thresholds | while read -r first name upper lower _; do
            case $first in
            (TCP) at -t "$name" '' ;;
            (UDP) at -u "$name" '' ;;
            (SCTP) at --sctp-service "$name" '' ;;
            (FWM) if [ "$upper" = IPv6 ]; then at -f "$name" -6; else at -f "$name" ''; fi ;;
            ('->')
                words=
                case $upper in ([1-9]*) words=" -x $upper" ;; esac
                case $lower in ([1-9]*) words="$words -y $lower" ;; esac
                [ -z "$words" ] || print "$service $name$words"
                ;;
            esac
        done
    )$newline
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

# Which service the functions below are about.
at() {
    flag=$1 name=$2 six=$3
    service="$flag $name${six:+ $six}"
}

# The service's options into $found.
find_service() {
    find_line "-A $service -s" || return 1
    found="-s $found"
}

# The options of its server into $found.
find_server() {
    find_line "-a $service -r $1" || return 1
    case $thresholds in
    *"$newline$service $1 "*)
        limits=${thresholds#*"$newline$service $1 "}
        found="$found ${limits%%"$newline"*}"
        ;;
    esac
}

# change VERB WORD ...: has ipvsadm do something about the service
change() {
    verb_of=$1
    shift
    try ipvsadm "$verb_of" "$flag" "$name" ${six:+"$six"} "$@"
}

add_service() {
    at "$2" "$3" "$4"
    shift 4
    find_service || change -A "$@"
}

match_service() {
    at "$2" "$3" "$4"
    shift 4
    if ! find_service; then
        change -A "$@"
    elif [ "$found" != "$*" ]; then
        change -E "$@"
    fi
}

add_server() {
    at "$1" "$2" "$3"
    shift 3
    find_server "$1" || change -a -r "$@"
}

match_server() {
    at "$1" "$2" "$3"
    rip=$4
    shift 4
    if ! find_server "$rip"; then
        change -a -r "$rip" "$@"
    elif [ "$found" != "$*" ]; then
        change -e -r "$rip" "$@"
    fi
}

delete_service() {
    at "$2" "$3" "$4"
    find_service || return 0
    change -D
}

set_timeouts() {
    case $(ipvsadm -L --timeout) in
    *": $1 $2 $3") ;;
    *) try ipvsadm --set "$1" "$2" "$3" ;;
    esac
}

# --- real servers that leave --------------------------------------------------------------------------------------

list_service() {
    at "$2" "$3" "$4"
    print "$service"
}

list_server() {
    at "$1" "$2" "$3"
    print "$service $4"
}

# Runs "$@ SERVER FORWARDING" for each server that a listed service has in the kernel and not in this file; at is called.
each_unlisted() {
    services=$newline$(each_service list_service)$newline
    servers=$newline$(each_server list_server)$newline
    while read -r command flag name rest; do
        [ "$command" = -a ] || continue
        six=
        case $rest in "-6 "*) six=-6 rest=${rest#-6 } ;; esac
        at "$flag" "$name" "$six"
        rest=${rest#-r }
        rip=${rest%% *} method=${rest#* }
        case $services in *"$newline$service$newline"*) ;; *) continue ;; esac
        case $servers in *"$newline$service $rip$newline"*) continue ;; esac
        "$@" "$rip" "${method%% *}"
    done <<END
$table
END
}

# Takes a server's weight away, and remembers it in $leaving, with the longest wait of all that leave.
leaving='' wait=0
retire() {
    change -e -r "$1" "$2" -w 0
    leaving="$leaving$1 $flag $name $six$newline"
    left=$service
    each_service longest
}

longest() {
    at "$2" "$3" "$4"
    [ "$service" = "$left" ] && [ "$1" -gt "$wait" ] && wait=$1
    return 0
}

# Succeeds while a leaving server has active connections.
still_busy() {
    while read -r rip flag name six; do
        [ -n "$rip" ] || continue
        ipvsadm -Ln "$flag" "$name" ${six:+"$six"} | {
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
    while read -r rip flag name six; do
        [ -z "$rip" ] || change -d -r "$rip"
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

# The neighbours may still know the VIP by another director's address: tell them, where the host has arping. Of an IPv6
# address, which is never to be a source (preferred_lft 0), the kernel tells them itself (net.ipv6.conf.all.ndisc_notify), once it has found that nobody else has it.
add_vip() {
    has_vip "$1" "$2" && return
    case $2 in
    *:*) try ip addr add "$2" dev "$1" preferred_lft 0 ;;
    *) try ip addr add "$2" dev "$1" label "$3" ;;
    esac
    case $2 in *:*) return ;; esac
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
    at "$2" "$3" "$4"
    shift 4
    if ! find_service; then
        report missing "service $service"
    elif [ "$found" = "$*" ]; then
        report present "service $service $found"
    else
        report differs "service $service $found, not $*"
    fi
}

show_server() {
    at "$1" "$2" "$3"
    rip=$4
    shift 4
    if ! find_server "$rip"; then
        report missing "server  $service -r $rip"
    elif [ "$found" = "$*" ]; then
        report present "server  $service -r $rip $found"
    else
        report differs "server  $service -r $rip $found, not $*"
    fi
}

show_unlisted() {
    report unlisted "server  $service -r $1"
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
