/** Systems that have a base image of their own; the others differ in what a host does at its first boot. */
export const baseImages = ['debian', 'rpm', 'sysv'] as const;
export type BaseImage = (typeof baseImages)[number];

/** Where the guest keeps the packages that it can install. */
export const packageDirectory = '/opt/lab-packages';

const everywhere = ['openssh-server', 'sudo', 'udev', 'iproute2', 'kmod', 'procps', 'iputils-ping'] as const;
const systemd = ['systemd', 'systemd-sysv', 'dbus'] as const;

/** What it takes to build ipvsadm from its source; too big to be on every host. */
const builders = [
  'gcc',
  'make',
  'pkg-config',
  'libc6-dev',
  'libnl-3-dev',
  'libnl-genl-3-dev',
  'libpopt-dev',
] as const;

/** What every lab host has from the start. */
export const installed: Readonly<Record<BaseImage, readonly string[]>> = {
  debian: [...systemd, ...everywhere],
  rpm: [...systemd, ...everywhere, 'rpm', 'dnf', 'zypper', 'createrepo-c'],
  // Like an old system: no package of ipvsadm, but a compiler.
  sysv: ['sysvinit-core', 'sysv-rc', 'initscripts', ...everywhere, ...builders],
};

/** What the cluster itself takes, and a web server and a client to see it work. */
const core = [
  'keepalived',
  'iptables',
  'nginx-light',
  'curl',
  'iputils-arping',
  'netcat-openbsd',
  'conntrack',
  'ethtool',
  'tcpdump',
  'busybox',
] as const;

/** What clusters and their tests install besides. */
const more = [
  'ipset',
  'nftables',
  'firewalld',
  'haproxy',
  'memcached',
  'redis-server',
  'postgresql',
  'dnsmasq',
  'bind9-dnsutils',
  'opensmtpd',
  'bird2',
  'snmpd',
  'snmp',
  'openssl',
  'socat',
  'lksctp-tools',
] as const;

/** What the preinstalled image has. */
export const preinstalled: Readonly<Record<BaseImage, readonly string[]>> = {
  debian: ['ipvsadm', ...core, ...more],
  rpm: [],
  sysv: core,
};

/** All that a lab host can install although it is offline; each comes with what it depends on. */
export const offered: Readonly<Record<BaseImage, readonly string[]>> = {
  debian: ['ipvsadm', ...core, ...more, ...builders],
  rpm: ['ipvsadm', ...core],
  sysv: [...core, ...builders],
};
