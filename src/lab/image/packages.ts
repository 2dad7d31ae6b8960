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

/** What a lab host can install although it is offline; each comes with all that it depends on and recommends. */
export const offered = [
  'ipvsadm',
  'keepalived',
  'iptables',
  'nginx-light',
  'curl',
  'tcpdump',
  'conntrack',
  'ethtool',
  'netcat-openbsd',
  'iputils-arping',
] as const;
