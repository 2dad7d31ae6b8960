import type { Json } from '../../model/json.ts';

/** A package as the lists and the database of the host know it, and what comes with it. */
export interface Package {
  readonly candidate?: string;
  installed?: string;
  /** Installed only because another package needs it. */
  auto?: boolean;
  readonly needs?: readonly string[];
  readonly units?: readonly string[];
  readonly programs?: readonly string[];
  readonly directories?: readonly string[];
}

export interface Module {
  loaded: boolean;
  readonly builtin?: true;
  /** How many others use it: it can not be unloaded then. */
  users?: number;
  /** What appears below /proc/sys with it: path and value. */
  readonly sysctls?: { readonly [path: string]: string };
}

export type Node =
  | { readonly type: 'directory'; owner: string; group: string; mode: string }
  | { readonly type: 'link'; readonly target: string }
  | {
      readonly type: 'file';
      /** The bytes, as base64. */
      readonly bytes: string;
      owner: string;
      group: string;
      mode: string;
      readonly inode: number;
      readonly changed: number;
    };

export interface Unit {
  file: 'enabled' | 'disabled' | 'static' | 'masked';
  active: boolean;
  /** Its next start or reload fails. */
  broken?: boolean;
  /** How often it was started, reloaded and stopped. */
  starts: number;
  reloads: number;
}

/** An address on an interface; IPv6 has no label. */
export interface Address {
  readonly interface: string;
  readonly address: string;
  readonly label?: string;
  readonly scope: string;
}

/** A route, of family `4` or `6`. */
export interface Route {
  readonly family: string;
  readonly table: string;
  readonly metric: number;
  readonly to: string;
  readonly via?: string;
  readonly dev?: string;
  readonly src?: string;
}

/** A rule of the packet filter, in the words that added it. */
export interface Rule {
  readonly program: 'iptables' | 'ip6tables';
  /** It is in the backend that the host's own program does not write to. */
  readonly other?: true;
  readonly table: string;
  readonly chain: string;
  readonly words: readonly string[];
}

/** Rich rules of a zone of firewalld, now and permanently. */
export interface Zone {
  readonly active: boolean;
  runtime: string[];
  permanent: string[];
}

/**
 * A real server; `method` is the flag of ipvsadm with what follows it, `active` how many connections it has.
 */
export interface Server {
  readonly method: string;
  readonly weight: number;
  /** Its thresholds; 0 is none. */
  readonly upper: number;
  readonly lower: number;
  active: number;
}

/** A virtual service; `words` are its options. */
export interface VirtualService {
  words: readonly string[];
  readonly servers: { [server: string]: Server };
}

/** A timed undo: the watchdog's functions as text, what it was given, and how far the changes came. */
export interface Undo {
  phase: 'armed' | 'firing' | 'fired' | 'lapsed';
  readonly limit: number;
  readonly steps: string;
  readonly changes: readonly string[];
  readonly begun: number[];
  failed: number;
}

/** All of a host that a resource can be about. */
export interface HostState {
  readonly packages: { [name: string]: Package };
  readonly modules: { [name: string]: Module };
  readonly sysctls: { [path: string]: string };
  readonly files: { [path: string]: Node };
  readonly units: { [name: string]: Unit };
  /** What booted it: units are scripts of /etc/init.d on a host without systemd. */
  init: 'systemd' | 'sysv';
  readonly interfaces: readonly string[];
  /** Those that are up. */
  up: readonly string[];
  addresses: Address[];
  routes: Route[];
  rules: Rule[];
  /** The zones of a firewalld that runs; `public` is the default one. */
  firewalld?: { readonly [zone: string]: Zone };
  /** By `-t 192.168.0.240:80`, as ipvsadm names them. */
  readonly services: { [service: string]: VirtualService };
  timeouts: readonly [number, number, number];
  /** What keepalived's log says last of real servers, by address: in, out, watched, silent. */
  checks?: { readonly [address: string]: string };
  /** And of VRRP instances, by name. */
  vrrp?: { readonly [instance: string]: string };
  undo?: Undo | undefined;
  /** Seconds, and the number of the next inode: every write makes both grow. */
  clock: number;
}

/** The state without what differs from one writing of the same file to the next. */
export function dumpOf(state: HostState): Json {
  const hidden = new Set(['inode', 'changed', 'clock', 'starts', 'reloads']);
  return JSON.parse(JSON.stringify(state, (key, value: Json) => (hidden.has(key) ? undefined : value)));
}

const directories = [
  ...[
    '/',
    '/etc',
    '/etc/default',
    '/etc/init.d',
    '/etc/sysctl.d',
    '/etc/modules-load.d',
    '/etc/systemd/system',
    '/root',
  ],
  ...['/run', '/srv', '/tmp', '/usr/local/bin', '/usr/local/sbin', '/usr/local/lib', '/var/lib', '/var/www'],
];

const schedulers = [
  ...['rr', 'wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'dh', 'sh', 'sed', 'nq', 'fo', 'ovf', 'mh', 'twos'],
];

/** A minimal Debian host: no LVS, no firewall, the lists of its packages at hand. */
export function blankHost(): HostState {
  const directory = (): Node => ({ type: 'directory', owner: 'root', group: 'root', mode: '0755' });
  return {
    packages: {
      keepalived: {
        candidate: '1:2.2.7-1+b2',
        needs: ['libnl-3-200'],
        units: ['keepalived'],
        programs: ['keepalived'],
        directories: ['/etc/keepalived'],
      },
      ipvsadm: {
        candidate: '1:1.31-1+b1',
        needs: ['libnl-3-200'],
        units: ['ipvsadm'],
        programs: ['ipvsadm'],
      },
      iptables: { candidate: '1.8.9-2', programs: ['iptables', 'ip6tables'] },
      'nginx-light': {
        candidate: '1.22.1-9',
        units: ['nginx'],
        programs: ['nginx'],
        directories: [
          ...['/etc/nginx', '/etc/nginx/conf.d', '/etc/nginx/sites-available', '/etc/nginx/sites-enabled'],
          '/var/www/html',
        ],
      },
      'iputils-arping': { candidate: '3:20221126-1', programs: ['arping'] },
      haproxy: {
        candidate: '2.6.12-1+deb12u1',
        units: ['haproxy'],
        programs: ['haproxy'],
        directories: ['/etc/haproxy'],
      },
      socat: { candidate: '1.7.4.4-2', programs: ['socat'] },
      curl: { candidate: '7.88.1-10+deb12u8', programs: ['curl'] },
      bash: { candidate: '5.2.15-2+b2', programs: ['bash'] },
      'libnl-3-200': { candidate: '3.7.0-0.2+b1' },
    },
    modules: {
      ip_vs: {
        loaded: false,
        sysctls: {
          'net/ipv4/vs/am_droprate': '10',
          'net/ipv4/vs/amemthresh': '1024',
          'net/ipv4/vs/backup_only': '0',
          'net/ipv4/vs/cache_bypass': '0',
          'net/ipv4/vs/conn_reuse_mode': '1',
          'net/ipv4/vs/conntrack': '0',
          'net/ipv4/vs/drop_entry': '0',
          'net/ipv4/vs/drop_packet': '0',
          'net/ipv4/vs/expire_nodest_conn': '0',
          'net/ipv4/vs/expire_quiescent_template': '0',
          'net/ipv4/vs/ignore_tunneled': '0',
          'net/ipv4/vs/nat_icmp_send': '0',
          'net/ipv4/vs/pmtu_disc': '1',
          'net/ipv4/vs/run_estimation': '1',
          'net/ipv4/vs/schedule_icmp': '0',
          'net/ipv4/vs/secure_tcp': '0',
          'net/ipv4/vs/sloppy_sctp': '0',
          'net/ipv4/vs/sloppy_tcp': '0',
          'net/ipv4/vs/snat_reroute': '1',
          'net/ipv4/vs/sync_refresh_period': '0',
          'net/ipv4/vs/sync_threshold': '3\t50',
        },
      },
      ...Object.fromEntries([...schedulers, 'pe_sip'].map(name => [`ip_vs_${name}`, { loaded: false }])),
      ipip: {
        loaded: false,
        sysctls: {
          'net/ipv4/conf/tunl0/arp_ignore': '0',
          'net/ipv4/conf/tunl0/arp_announce': '0',
          'net/ipv4/conf/tunl0/rp_filter': '0',
        },
      },
      overlay: { loaded: true, builtin: true },
    },
    sysctls: {
      'kernel/hostname': 'memory',
      'net/ipv4/ip_forward': '0',
      'net/ipv6/conf/all/forwarding': '0',
      'net/ipv6/conf/all/ndisc_notify': '0',
      'net/ipv4/tcp_rmem': '4096\t131072\t6291456',
      ...Object.fromEntries(
        ['all', 'default', 'lo', 'eth0', 'eth1'].flatMap(name =>
          ['arp_ignore', 'arp_announce', 'rp_filter', 'send_redirects'].map(key => [
            `net/ipv4/conf/${name}/${key}`,
            '0',
          ]),
        ),
      ),
    },
    files: Object.fromEntries(directories.map(path => [path, directory()])),
    units: {},
    init: 'systemd',
    interfaces: ['lo', 'eth0', 'eth1', 'tunl0'],
    up: ['lo', 'eth0', 'eth1'],
    addresses: [
      { interface: 'lo', address: '127.0.0.1/8', label: 'lo', scope: 'host' },
      { interface: 'eth0', address: '192.168.0.10/24', label: 'eth0', scope: 'global' },
    ],
    routes: [
      { family: '4', table: 'main', metric: 100, to: 'default', via: '192.168.0.254', dev: 'eth0' },
      { family: '4', table: 'main', metric: 0, to: '192.168.0.0/24', dev: 'eth0', src: '192.168.0.10' },
    ],
    rules: [],
    services: {},
    timeouts: [900, 120, 300],
    clock: 1000,
  };
}
