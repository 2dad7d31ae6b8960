/**
 * What a host is made of; `$1` its name, `$2` its address, `$3` the world's folder, `$4` and `$5` the hardware addresses
 * of its end and of the controller's end of its wire, which a host of the crowd does not have. Runs in mount, pid, uts and
 * ipc namespaces of its own, with a wire in a network namespace of its own too.
 *
 * The root is an overlay over the machine's and over a folder that all hosts have: reading costs no copy, and what is written there is the host's alone. Its
 * wire is a pair of virtual interfaces with fixed neighbours, so that no ARP is asked however many hosts there are.
 */
export const hostScript = `set -e
cd "$3/hosts/$1"
hostname "$1"
mkdir upper work root
mount -t overlay overlay -o "lowerdir=$3/image:/,upperdir=upper,workdir=work" root
if [ -n "$4" ]; then
  ip -batch - <<END
link add name eth0 address $4 type veth peer name $1 address $5 netns bench
addr add $2/32 dev eth0
link set lo up
link set eth0 up
neigh add 10.77.255.254 lladdr $5 dev eth0 nud permanent
route add 10.77.255.254 dev eth0
route add default via 10.77.255.254 dev eth0
END
fi
cd root
mount -t proc proc proc
mount -t sysfs sysfs sys
mount --rbind /dev dev
mount -t tmpfs tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
mount -t tmpfs -o mode=700 tmpfs root
mkdir run/sshd run/lock
cp -a "$3/root/." root/
exec chroot . /usr/sbin/sshd -D -f /etc/ssh/sshd_config -o "ListenAddress=$2" -E /var/log/sshd.log
`;

/**
 * The network of the crowd: hosts that share one, because a thousand wires would take the kernel minutes. Every address of
 * 10.78.0.0/16 is there, and one wire leads to all of them.
 */
export const crowdScript = `set -e
touch /run/netns/crowd
unshare --net=/run/netns/crowd true
ip link add name crowd address 02:77:01:00:00:01 type veth peer name eth0 address 02:77:01:00:00:02 netns crowd
ip link set crowd up
ip neigh add 10.77.255.253 lladdr 02:77:01:00:00:02 dev crowd nud permanent
ip route add 10.77.255.253 dev crowd
ip route add 10.78.0.0/16 via 10.77.255.253 dev crowd src 10.77.255.254
ip -netns crowd -batch - <<END
link set lo up
addr add 10.77.255.253/32 dev eth0
link set eth0 up
neigh add 10.77.255.254 lladdr 02:77:01:00:00:01 dev eth0 nud permanent
route add 10.77.255.254 dev eth0
route add local 10.78.0.0/16 dev lo
END
`;

/**
 * Makes hosts as they were before any tool came, by the process ids of their first processes: what the tools wrote goes,
 * and the kernel's parameters get the values that a fresh network namespace has. \`$1\` is the list of parameters with
 * their first values, one a line.
 */
export const resetScript = `set -e
wipe='rm -rf /etc/bench/* /etc/bench/.[!.]* /var/lib/bench /run/bench /etc/sysctl.d/60-lvsform.conf /var/lib/lvsform /run/lvsform.lock /root/.ansible /tmp/* /usr/local/sbin/rs_server.sh /etc/init.d/lvsform-rs /etc/rc*.d/*lvsform-rs
ip address flush dev lo to 10.77.253.0/24
printf "%s\\n" "$1" | while read -r key value; do printf %s "$value" >"/proc/sys/$key"; done'
values=$1; shift
n=0
for pid; do
  nsenter --target "$pid" --mount --net --root --wd=/ sh -c "$wipe" sh "$values" &
  n=$((n + 1))
  [ $((n % 16)) -ne 0 ] || wait
done
wait
`;
