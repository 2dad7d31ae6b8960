/** What every lab host has from the start. */
export const installed = [
  'systemd',
  'systemd-sysv',
  'udev',
  'dbus',
  'openssh-server',
  'sudo',
  'iproute2',
  'kmod',
  'procps',
  'iputils-ping',
] as const;

/**
 * What clusters and their tests install. A lab host can install each of them although it is offline; those of the
 * preinstalled image have them all.
 */
export const preinstalled = [
  'ipvsadm',
  'keepalived',
  'iptables',
  'ipset',
  'nftables',
  'firewalld',
  'haproxy',
  'nginx-light',
  'memcached',
  'redis-server',
  'postgresql',
  'dnsmasq',
  'bind9-dnsutils',
  'opensmtpd',
  'bird2',
  'snmpd',
  'snmp',
  'curl',
  'openssl',
  'socat',
  'netcat-openbsd',
  'lksctp-tools',
  'iputils-arping',
  'tcpdump',
  'conntrack',
  'ethtool',
  'busybox',
] as const;

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

/** All that a lab host can install; each comes with what it depends on. */
export const offered = [...preinstalled, ...builders] as const;
