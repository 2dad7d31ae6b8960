import { type BaseImage, packageDirectory } from './packages.ts';
import { becomeRpm } from './rpm-host.ts';

/** A file of the base image, or (`link`) a symbolic link. */
export type GuestFile =
  | { readonly path: string; readonly content: string; readonly executable?: true }
  | { readonly path: string; readonly link: string };

/** On the console: the host is up, its services included. */
export const readyMark = '<lab: ready>';
/** On the console: the host did not understand its config drive. */
export const failedMark = '<lab: not configured>';

const units = '/etc/systemd/system';

// None of them is any use to a host without a keyboard, without the Internet, and with its machine id
// on the kernel's command line; all of them slow its boot.
const masked = [
  'apt-daily.timer',
  'apt-daily-upgrade.timer',
  'dpkg-db-backup.timer',
  'e2scrub_all.timer',
  'e2scrub_reap.service',
  'fstrim.timer',
  'getty@tty1.service',
  'systemd-machine-id-commit.service',
  'systemd-pstore.service',
  'systemd-udev-trigger.service',
];

/*
 * The config drive is a plain tar on the second disk. once/ is unpacked and become run at the first boot alone, so
 * that what is changed on the host afterwards stays; the network is set at each boot.
 */
const configure = `#!/bin/sh
set -u
fail() { echo '${failedMark}' "$1" >/dev/console; exit 1; }
drive=/run/lab
mkdir -p "$drive"
tar -x -p -f /dev/ubdb -C "$drive" || fail drive
if [ ! -e /var/lib/lab-configured ]; then
  cp -a "$drive/once/." / || fail files
  if [ -f "$drive/become" ]; then sh "$drive/become" || fail become; fi
  : >/var/lib/lab-configured
fi
hostname -F /etc/hostname
modprobe ipv6
ip link set lo up
while read -r what name value; do
  case $what in
  link) ip link set "$name" name "$value" && ip link set "$value" up ;;
  address) ip address add "$value" dev "$name" $(case $value in *:*) echo nodad ;; esac) ;;
  default) ip route replace default via "$name" ;;
  esac || fail "$what $name $value"
done <"$drive/network"
`;

const configureUnit = `[Unit]
Description=Lab host configuration
DefaultDependencies=no
After=systemd-remount-fs.service
Before=sysinit.target network-pre.target
Wants=network-pre.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/local/lib/lab/configure

[Install]
WantedBy=sysinit.target
`;

const ready = `#!/bin/sh
echo '${readyMark}' >/dev/console
`;

// Before the settings of the kernel, some of which are for the cards by their names.
const configureInit = `#!/bin/sh
### BEGIN INIT INFO
# Provides:          lab-configure
# Required-Start:    mountkernfs checkroot
# Required-Stop:
# Should-Start:      udev
# X-Start-Before:    procps kmod
# Default-Start:     S
# Default-Stop:
# Short-Description: Lab host configuration
### END INIT INFO
[ "\${1-}" != start ] || exec /usr/local/lib/lab/configure
`;

const readyInit = `#!/bin/sh
### BEGIN INIT INFO
# Provides:          lab-ready
# Required-Start:    $all
# Required-Stop:
# Default-Start:     2 3 4 5
# Default-Stop:
# Short-Description: Tell the lab that this host is up
### END INIT INFO
[ "\${1-}" != start ] || exec /usr/local/lib/lab/ready
`;

// No terminals: a lab host has none.
const inittab = `id:2:initdefault:
si::sysinit:/etc/init.d/rcS
~~:S:wait:/sbin/sulogin --force
l0:0:wait:/etc/init.d/rc 0
l1:1:wait:/etc/init.d/rc 1
l2:2:wait:/etc/init.d/rc 2
l3:3:wait:/etc/init.d/rc 3
l4:4:wait:/etc/init.d/rc 4
l5:5:wait:/etc/init.d/rc 5
l6:6:wait:/etc/init.d/rc 6
ca:12345:ctrlaltdel:/sbin/shutdown -t1 -a -r now
pf::powerwait:/etc/init.d/powerfail start
pn::powerfailnow:/etc/init.d/powerfail now
po::powerokwait:/etc/init.d/powerfail stop
`;

const readyUnit = `[Unit]
Description=Tell the lab that this host is up
After=multi-user.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/local/lib/lab/ready

[Install]
WantedBy=graphical.target
`;

// This kernel has no nf_tables for IPv4. dpkg calls it after each change of packages, because
// removing iptables forgets a choice that was made beforehand.
const chooseIptables = `#!/bin/sh
for name in iptables ip6tables; do
  if [ "$(readlink "/etc/alternatives/$name")" = "/usr/sbin/$name-nft" ] && [ -x "/usr/sbin/$name-legacy" ]; then
    update-alternatives --quiet --set "$name" "/usr/sbin/$name-legacy"
  fi
done
`;

const forAll: readonly GuestFile[] = [
  { path: '/usr/local/lib/lab/configure', content: configure, executable: true },
  { path: '/usr/local/lib/lab/ready', content: ready, executable: true },
  { path: '/usr/local/lib/lab/choose-iptables', content: chooseIptables, executable: true },
  { path: '/etc/fstab', content: '/dev/ubda / ext4 noatime 0 0\n' },
  { path: '/etc/resolv.conf', content: '# A lab host has no name server.\n' },
  { path: '/etc/default/locale', content: 'LANG=C.UTF-8\n' },
  { path: '/etc/ssh/sshd_config.d/lab.conf', content: 'PasswordAuthentication no\nUseDNS no\n' },
  {
    path: '/etc/sudoers.d/lab',
    content: 'lab ALL=(ALL:ALL) NOPASSWD: ALL\nadmin ALL=(ALL:ALL) ALL\n',
  },
  { path: '/etc/apt/sources.list.d/lab.list', content: `deb [trusted=yes] file:${packageDirectory} ./\n` },
  {
    path: '/etc/apt/apt.conf.d/90lab',
    content: 'Acquire::Languages "none";\nAPT::Install-Recommends "false";\n',
  },
  // A lab host is not worth waiting for the disk: its machine seldom loses power, and if so the lab is gone.
  {
    path: '/etc/dpkg/dpkg.cfg.d/lab',
    content: 'force-unsafe-io\npost-invoke=/usr/local/lib/lab/choose-iptables\n',
  },
];

const forSystemd: readonly GuestFile[] = [
  { path: `${units}/lab-configure.service`, content: configureUnit },
  { path: `${units}/sysinit.target.wants/lab-configure.service`, link: '../lab-configure.service' },
  { path: `${units}/lab-ready.service`, content: readyUnit },
  { path: `${units}/graphical.target.wants/lab-ready.service`, link: '../lab-ready.service' },
  ...masked.map(unit => ({ path: `${units}/${unit}`, link: '/dev/null' })),
  // There is no watchdog, and the kernel warns at length of one that cannot be opened.
  { path: '/etc/systemd/system.conf.d/lab.conf', content: '[Manager]\nRebootWatchdogSec=off\n' },
];

const forImage: Readonly<Record<BaseImage, readonly GuestFile[]>> = {
  debian: forSystemd,
  rpm: [...forSystemd, { path: '/usr/local/lib/lab/become-rpm', content: becomeRpm, executable: true }],
  sysv: [
    { path: '/etc/init.d/lab-configure', content: configureInit, executable: true },
    { path: '/etc/init.d/lab-ready', content: readyInit, executable: true },
    { path: '/etc/inittab', content: inittab },
  ],
};

/** What the lab adds to Debian in a base image. */
export function guestFiles(image: BaseImage): readonly GuestFile[] {
  return [...forAll, ...forImage[image]];
}
