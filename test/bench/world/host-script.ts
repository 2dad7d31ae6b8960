/**
 * What a host is made of; `$1` its number, `$2` its address, `$3` the world's folder, `$4` and `$5` the hardware addresses
 * of its end and of the controller's end of the wire. Runs in mount, pid, network, uts and ipc namespaces of its own.
 *
 * The root is an overlay over the machine's: reading costs no copy, and what is written there is the host's alone. Its
 * wire is a pair of virtual interfaces with fixed neighbours, so that no ARP is asked however many hosts there are.
 */
export const hostScript = `set -e
cd "$3/hosts/$1"
hostname "h$1"
mkdir upper work root
mount -t overlay overlay -o "lowerdir=/,upperdir=upper,workdir=work" root
ip -batch - <<END
link add name eth0 address $4 type veth peer name h$1 address $5 netns bench
addr add $2/32 dev eth0
link set lo up
link set eth0 up
neigh add 10.77.255.254 lladdr $5 dev eth0 nud permanent
route add 10.77.255.254 dev eth0
route add default via 10.77.255.254 dev eth0
END
cd root
mount -t proc proc proc
mount -t sysfs sysfs sys
mount --rbind /dev dev
mount -t tmpfs tmpfs run
mount -t tmpfs tmpfs tmp
mount -t tmpfs tmpfs root
mkdir -p run/sshd run/lock
chmod 1777 tmp
chmod 700 root
cp -a "$3/root/." root/
cp "$3/sshd_config" "$3/host_key" etc/ssh/
cp "$3/bench-service" usr/local/sbin/
mkdir -p etc/bench
exec chroot . /usr/sbin/sshd -D -f /etc/ssh/sshd_config -E /var/log/sshd.log
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
