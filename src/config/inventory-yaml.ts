// Made from the schema by `npx tsx test/config/generate.ts`.

/**
 * Lets `lvsform lab up` boot these hosts on this machine. Interfaces in one subnet are wired to one segment. `lab: {}` is enough.
 */
export type Lab = {
  name?: string;
  memory?: number;
  preinstalled?: boolean;
} | null;
/**
 * A secret. The secret itself, or a reference: `{ env: NAME }`, `{ file: path }` or `{ command: [program, argument] }`.
 */
export type SecretValue =
  | string
  | number
  | {
      env?: string;
      file?: string;
      /**
       * @minItems 1
       */
      command?: string[];
    };
/**
 * How root is reached by a user who is not root. `true` is sudo without a password.
 */
export type Become =
  | boolean
  | {
      method?: 'sudo';
      password?: SecretValue;
    };
/**
 * An address with the length of its prefix, or a list of them. Where the name of the host has a range the address has one of the same length.
 *
 * @minItems 1
 */
export type Addresses = string | string[];
/**
 * Text, numbers, true and false, null, lists and maps.
 */
export type Data =
  | null
  | boolean
  | number
  | string
  | Data[]
  | {
      [k: string]: Data;
    };
/**
 * One way by which keepalived finds out whether a real server works.
 */
export type HealthCheck =
  | NoCheck
  | TCPCheck
  | HTTPCheck
  | HTTPSCheck
  | SMTPCheck
  | DNSCheck
  | UDPCheck
  | PingCheck
  | ScriptCheck
  | FileCheck
  | BFDCheck;
/**
 * Who answers: a map of host names with settings, or a list of host names. A range (`web[01:20]`) or a pattern (`web*`) stands for several; who is also named alone has the settings that stand there.
 *
 * @minItems 1
 */
export type RealServers =
  | {
      [k: string]: RealServer;
    }
  | string[];
/**
 * A host as a real server of this service. Nothing, or settings.
 */
export type RealServer = {
  weight?: number;
  upper_threshold?: number;
  lower_threshold?: number;
  port?: number;
  rip?: string;
  check?: HealthCheck | HealthCheck[];
  inhibit_on_failure?: boolean;
  /**
   * @minItems 1
   * @maxItems 32
   */
  notify_up?: string[];
  /**
   * @minItems 1
   * @maxItems 32
   */
  notify_down?: string[];
} | null;
/**
 * A network, or a map with the network and the interface by which its packets leave.
 */
export type Masquerade =
  | string
  | {
      network: string;
      interface?: string;
    };
/**
 * Name that the client asked for, or a list of them. `*.example.org` is every name under example.org, at any depth, not example.org itself. Default: any.
 *
 * @minItems 1
 * @maxItems 100
 */
export type HostNames = string | string[];
/**
 * Path, without query, or a list of them; just this path.
 *
 * @minItems 1
 * @maxItems 100
 */
export type ExactPaths = string | string[];
/**
 * Beginning of the path, or a list of them: `/api` takes /api and /api/users, not /apiary.
 *
 * @minItems 1
 * @maxItems 100
 */
export type PathPrefixes = string | string[];
/**
 * How the proxies find out whether a server of the pool works. Default: `tcp`.
 */
export type PoolCheck = NoPoolCheck | PoolTCPCheck | PoolHTTPCheck;
/**
 * Who answers: a map of host names with settings, or a list of host names. A range (`web[01:20]`) or a pattern (`web*`) stands for several; who is also named alone has the settings that stand there.
 *
 * @minItems 1
 */
export type PoolServers =
  | {
      [k: string]: PoolServer;
    }
  | string[];
/**
 * A host as a server of this pool. Nothing, or settings.
 */
export type PoolServer = {
  weight?: number;
  port?: number;
  address?: string;
} | null;

/**
 * An LVS cluster: its hosts, its virtual addresses, and what is balanced among whom.
 */
export interface Inventory {
  version: 1;
  name: string;
  lab?: Lab;
  ssh?: SSHSettings;
  hosts: Hosts;
  director?: Director;
  vips?: VIPs;
  vrrp?: VRRPInstances;
  keepalived?: Keepalived;
  services?: VirtualServices;
  gateway?: Gateway;
  firewall?: Firewall;
  proxy?: Proxy;
}
/**
 * How a host is reached. What ~/.ssh/config says of a host holds too; what stands here goes before it.
 */
export interface SSHSettings {
  host?: string;
  port?: number;
  user?: string;
  /**
   * @minItems 1
   */
  identity_file?: string | string[];
  identity_passphrase?: SecretValue;
  password?: SecretValue;
  become?: Become;
  proxy_jump?: string;
  known_hosts_file?: string;
  accept_new?: boolean;
  timeout?: number;
}
/**
 * The machines of the cluster, by name. A name with a range stands for as many hosts: `web[001:200]` for web001 to web200, `web[1:9:2]` for every second one; their addresses (and `ssh.host`) are ranges of the same length.
 */
export interface Hosts {
  [k: string]: Host;
}
/**
 * A machine, what it is in the cluster, and where it stands in the networks.
 */
export interface Host {
  /**
   * @minItems 1
   */
  roles: ('director' | 'real_server' | 'proxy' | 'gateway' | 'client')[];
  interfaces?: Interfaces;
  default_route?: string;
  local_addresses?: string;
  priority?: number;
  firewall?: Firewall;
  ssh?: SSHSettings;
  lab?: LabHost;
  vars?: Variables;
}
/**
 * The host's interfaces with their own addresses: one, or a list. Never a VIP. lvsform does not set them; it knows the networks by them.
 */
export interface Interfaces {
  [k: string]: Addresses;
}
/**
 * For hosts that filter packets: lets in what LVS needs there (VRRP, calls of VIPs, tunnels, health checks), in front of other rules and without touching them. What a host sends is taken to be allowed.
 */
export interface Firewall {
  open?: boolean;
  backend?: 'auto' | 'iptables' | 'firewalld';
}
/**
 * What this host is in the lab. Its SSH server there also listens on the port of its `ssh`.
 */
export interface LabHost {
  image?: 'debian' | 'rpm' | 'yum' | 'zypper' | 'busybox' | 'sysv';
}
/**
 * Free data of yours: `{{vars.NAME}}` in playbooks and templates.
 */
export interface Variables {
  [k: string]: Data;
}
/**
 * How the directors work.
 */
export interface Director {
  mode?: 'static' | 'vrrp' | 'keepalived';
  timeouts?: IPVSTimeouts;
  sync_daemon?: SyncDaemon;
  ipvsadm?: IpvsadmFromSource;
  kernel?: KernelSettings;
  defences?: Defences;
}
/**
 * How long an idle connection stays in the table, in seconds. Default: the kernel's (900, 120, 300).
 */
export interface IPVSTimeouts {
  tcp: number;
  tcp_fin: number;
  udp: number;
}
/**
 * Copies the connections of the MASTER to the other directors, so that they outlive it. One daemon a host: it sends where its instance is MASTER, so connections of VIPs whose MASTER is another are not copied.
 */
export interface SyncDaemon {
  interface?: string;
  instance?: string;
  id?: number;
  maxlen?: number;
  port?: number;
  ttl?: number;
  group?: string;
  backup_only?: boolean;
}
/**
 * Builds ipvsadm by make on the directors, for systems that have no package of it. The packages that this takes are installed: a compiler, make, and the libraries nl-3, nl-genl-3 and popt.
 */
export interface IpvsadmFromSource {
  source: string;
  sha256: string;
  /**
   * @minItems 1
   */
  hosts?: string[];
}
/**
 * Settings of IPVS on every director, by their names below `net.ipv4.vs`. What is not written stays as it is, but for what the services need.
 */
export interface KernelSettings {
  conntrack?: boolean;
  conn_reuse_mode?: number;
  expire_nodest_conn?: boolean;
  expire_quiescent_template?: boolean;
  pmtu_disc?: boolean;
  schedule_icmp?: boolean;
  nat_icmp_send?: boolean;
  snat_reroute?: boolean;
  sloppy_tcp?: boolean;
  sloppy_sctp?: boolean;
  cache_bypass?: boolean;
  ignore_tunneled?: boolean;
  run_estimation?: boolean;
  am_droprate?: number;
  amemthresh?: number;
  /**
   * @minItems 2
   * @maxItems 2
   */
  sync_threshold?: number[];
  sync_refresh_period?: number;
  sync_retries?: number;
  sync_persist_mode?: boolean;
  sync_ports?: number;
}
/**
 * What IPVS does against floods of connections: `when_needed` leaves it to the kernel, which begins when memory gets short (`amemthresh`).
 */
export interface Defences {
  drop_entry?: 'off' | 'when_needed' | 'always';
  drop_packet?: 'off' | 'when_needed' | 'always';
  secure_tcp?: 'off' | 'when_needed' | 'always';
}
/**
 * Virtual addresses: what clients call. Each is carried by one director at a time.
 */
export interface VIPs {
  [k: string]: VIP;
}
/**
 * A virtual address.
 */
export interface VIP {
  address: string;
  interface?: string;
  label?: string;
}
/**
 * How directors agree on who carries which VIPs (director modes `vrrp` and `keepalived`).
 */
export interface VRRPInstances {
  [k: string]: VRRPInstance;
}
/**
 * One group of VIPs that move together.
 */
export interface VRRPInstance {
  virtual_router_id: number;
  interface?: string;
  version?: 2 | 3;
  advert_interval?: number;
  auth_type?: 'PASS' | 'AH';
  auth_pass?: SecretValue;
  /**
   * @minItems 1
   */
  vips?: string[];
  /**
   * @minItems 1
   */
  members?: string[];
  priorities?: {
    [k: string]: number;
  };
  unicast?: boolean;
  nopreempt?: boolean;
  preempt_delay?: number;
  use_vmac?: boolean;
  vmac_xmit_base?: boolean;
  garp_master_delay?: number;
  garp_master_repeat?: number;
  garp_master_refresh?: number;
  garp_master_refresh_repeat?: number;
  garp_lower_prio_delay?: number;
  garp_lower_prio_repeat?: number;
  track_interface?: {
    [k: string]: Track;
  };
  track_script?: {
    [k: string]: Track;
  };
  track_process?: {
    [k: string]: Track;
  };
  notify?: NotifyScripts;
  smtp_alert?: boolean;
}
/**
 * Something that is watched.
 */
export interface Track {
  weight?: number;
}
/**
 * Programs on the directors that are run when the state changes. Each must be there, belong to root, and be writable by nobody else, as its directories must.
 */
export interface NotifyScripts {
  /**
   * @minItems 1
   * @maxItems 32
   */
  master?: string[];
  /**
   * @minItems 1
   * @maxItems 32
   */
  backup?: string[];
  /**
   * @minItems 1
   * @maxItems 32
   */
  fault?: string[];
  /**
   * @minItems 1
   * @maxItems 32
   */
  stop?: string[];
  /**
   * @minItems 1
   * @maxItems 32
   */
  any?: string[];
  user?: string;
}
/**
 * What holds for the keepalived of every director (modes `vrrp` and `keepalived`); the words are those of its configuration.
 */
export interface Keepalived {
  router_id?: string;
  /**
   * @minItems 1
   */
  notification_email?: string[];
  notification_email_from?: string;
  smtp_server?: string;
  smtp_port?: number;
  smtp_connect_timeout?: number;
  smtp_helo_name?: string;
  smtp_alert?: boolean;
  smtp_alert_vrrp?: boolean;
  smtp_alert_checker?: boolean;
  script_user?: string;
  vrrp_skip_check_adv_addr?: boolean;
  vrrp_garp_interval?: number;
  vrrp_gna_interval?: number;
  vrrp_min_garp?: boolean;
  vrrp_garp_master_delay?: number;
  vrrp_garp_master_repeat?: number;
  vrrp_garp_master_refresh?: number;
  vrrp_garp_master_refresh_repeat?: number;
  vrrp_garp_lower_prio_delay?: number;
  vrrp_garp_lower_prio_repeat?: number;
  vrrp_startup_delay?: number;
  enable_snmp_vrrp?: boolean;
  enable_snmp_checker?: boolean;
  enable_snmp_rfc?: boolean;
  enable_snmp_rfcv2?: boolean;
  enable_snmp_rfcv3?: boolean;
  enable_traps?: boolean;
  snmp_socket?: string;
  log?: Log;
  track_scripts?: TrackScripts;
  track_processes?: TrackProcesses;
  sync_groups?: SyncGroups;
}
/**
 * What the daemon writes to the system log. A change restarts it.
 */
export interface Log {
  detail?: boolean;
  facility?: number;
}
/**
 * Programs that say by their exit code whether a director is fit; instances name them in `track_script`.
 */
export interface TrackScripts {
  [k: string]: TrackScript;
}
/**
 * A program on the directors that is run again and again; exit code 0 says that all is well.
 */
export interface TrackScript {
  /**
   * @minItems 1
   * @maxItems 32
   */
  script: string[];
  interval?: number;
  timeout?: number;
  rise?: number;
  fall?: number;
  weight?: number;
  user?: string;
  init_fail?: boolean;
}
/**
 * Programs that have to run on a director; instances name them in `track_process`. keepalived 2.0.11, and a kernel with CONFIG_PROC_EVENTS: without it keepalived follows none.
 */
export interface TrackProcesses {
  [k: string]: TrackProcess;
}
/**
 * A program that has to run.
 */
export interface TrackProcess {
  /**
   * @minItems 1
   * @maxItems 32
   */
  process: string[];
  param_match?: 'initial' | 'partial';
  full_command?: boolean;
  weight?: number;
  quorum?: number;
  quorum_max?: number;
  fork_delay?: number;
  terminate_delay?: number;
}
/**
 * VRRP instances that change their states together. Instances that carry a NAT service and its real servers’ default route are together without being named here.
 */
export interface SyncGroups {
  [k: string]: SyncGroup;
}
/**
 * Instances that move together.
 */
export interface SyncGroup {
  /**
   * @minItems 2
   */
  instances: string[];
  track_interface?: {
    [k: string]: Track;
  };
  track_script?: {
    [k: string]: Track;
  };
  track_process?: {
    [k: string]: Track;
  };
  notify?: NotifyScripts;
  smtp_alert?: boolean;
}
/**
 * What is balanced: a port of a VIP, how, and among whom.
 */
export interface VirtualServices {
  [k: string]: VirtualService;
}
/**
 * A port of a VIP, shared among real servers; or several ports and VIPs.
 */
export interface VirtualService {
  /**
   * @minItems 1
   */
  vip: string | string[];
  /**
   * @minItems 1
   */
  port: number | string | (number | string)[];
  fwmark?: number;
  protocol?: 'tcp' | 'udp' | 'sctp';
  scheduler?:
    | 'rr'
    | 'wrr'
    | 'lc'
    | 'wlc'
    | 'lblc'
    | 'lblcr'
    | 'sh'
    | 'mh'
    | 'dh'
    | 'fo'
    | 'ovf'
    | 'sed'
    | 'nq'
    | 'twos';
  scheduler_flags?: (
    'sh-fallback' | 'sh-port' | 'mh-fallback' | 'mh-port' | 'flag-1' | 'flag-2' | 'flag-3'
  )[];
  method?: 'DR' | 'NAT' | 'TUN' | 'FULLNAT';
  persistence?:
    | number
    | {
        timeout: number;
        prefix?: number;
        engine?: 'sip';
      };
  one_packet?: boolean;
  delay_loop?: number;
  drain?: number;
  check?: HealthCheck | HealthCheck[];
  sorry_server?: string;
  sorry_server_inhibit?: boolean;
  quorum?: number;
  hysteresis?: number;
  /**
   * @minItems 1
   * @maxItems 32
   */
  quorum_up?: string[];
  /**
   * @minItems 1
   * @maxItems 32
   */
  quorum_down?: string[];
  alpha?: boolean;
  omega?: boolean;
  inhibit_on_failure?: boolean;
  connect_timeout?: number;
  retries?: number;
  retry_delay?: number;
  warmup?: number;
  real_servers: RealServers;
  verify?: Verification;
}
/**
 * Every real server counts as healthy.
 */
export interface NoCheck {
  type: 'none';
}
/**
 * It must accept a connection.
 */
export interface TCPCheck {
  type: 'tcp';
  connect_timeout?: number;
  retries?: number;
  retry_delay?: number;
  warmup?: number;
  connect_ip?: string;
  connect_port?: number;
  bindto?: string;
  bind_port?: number;
  bind_if?: string;
  fwmark?: number;
}
/**
 * It must answer a request.
 */
export interface HTTPCheck {
  type: 'http';
  path?: string;
  /**
   * @minItems 1
   * @maxItems 32
   */
  status?: number | string | (number | string)[];
  digest?: string;
  regex?: string;
  regex_absent?: boolean;
  virtual_host?: string;
  /**
   * @minItems 1
   * @maxItems 32
   */
  urls?: Request[];
  http_protocol?: '1.0' | '1.0C' | '1.1';
  fast_recovery?: boolean;
  connect_timeout?: number;
  retries?: number;
  retry_delay?: number;
  warmup?: number;
  connect_ip?: string;
  connect_port?: number;
  bindto?: string;
  bind_port?: number;
  bind_if?: string;
  fwmark?: number;
}
/**
 * One of them.
 */
export interface Request {
  path: string;
  /**
   * @minItems 1
   * @maxItems 32
   */
  status?: number | string | (number | string)[];
  digest?: string;
  regex?: string;
  regex_absent?: boolean;
  virtual_host?: string;
}
/**
 * It must answer a request over TLS; its certificate is not verified.
 */
export interface HTTPSCheck {
  type: 'https';
  path?: string;
  /**
   * @minItems 1
   * @maxItems 32
   */
  status?: number | string | (number | string)[];
  digest?: string;
  regex?: string;
  regex_absent?: boolean;
  virtual_host?: string;
  /**
   * @minItems 1
   * @maxItems 32
   */
  urls?: Request1[];
  http_protocol?: '1.0' | '1.0C' | '1.1';
  fast_recovery?: boolean;
  sni?: boolean;
  connect_timeout?: number;
  retries?: number;
  retry_delay?: number;
  warmup?: number;
  connect_ip?: string;
  connect_port?: number;
  bindto?: string;
  bind_port?: number;
  bind_if?: string;
  fwmark?: number;
}
/**
 * One of them.
 */
export interface Request1 {
  path: string;
  /**
   * @minItems 1
   * @maxItems 32
   */
  status?: number | string | (number | string)[];
  digest?: string;
  regex?: string;
  regex_absent?: boolean;
  virtual_host?: string;
}
/**
 * It must greet, and answer HELO.
 */
export interface SMTPCheck {
  type: 'smtp';
  helo?: string;
  connect_timeout?: number;
  retries?: number;
  retry_delay?: number;
  warmup?: number;
  connect_ip?: string;
  connect_port?: number;
  bindto?: string;
  bind_port?: number;
  bind_if?: string;
  fwmark?: number;
}
/**
 * It must answer a question, over UDP.
 */
export interface DNSCheck {
  type: 'dns';
  name?: string;
  record?: 'A' | 'AAAA' | 'NS' | 'CNAME' | 'SOA' | 'MX' | 'TXT';
  connect_timeout?: number;
  retries?: number;
  retry_delay?: number;
  warmup?: number;
  connect_ip?: string;
  connect_port?: number;
  bindto?: string;
  bind_port?: number;
  bind_if?: string;
  fwmark?: number;
}
/**
 * Its port must take what is sent there, and answer if asked to.
 */
export interface UDPCheck {
  type: 'udp';
  payload?: string;
  reply?: boolean | string;
  min_reply_length?: number;
  max_reply_length?: number;
  connect_timeout?: number;
  retries?: number;
  retry_delay?: number;
  warmup?: number;
  connect_ip?: string;
  connect_port?: number;
  bindto?: string;
  bind_port?: number;
  bind_if?: string;
  fwmark?: number;
}
/**
 * It must answer a ping.
 */
export interface PingCheck {
  type: 'ping';
  connect_timeout?: number;
  retries?: number;
  retry_delay?: number;
  warmup?: number;
  connect_ip?: string;
  connect_port?: number;
  bindto?: string;
  bind_port?: number;
  bind_if?: string;
  fwmark?: number;
}
/**
 * A script on the director must say that it works.
 */
export interface ScriptCheck {
  type: 'script';
  /**
   * @minItems 1
   * @maxItems 32
   */
  run: string[];
  timeout?: number;
  dynamic_weight?: boolean;
  user?: string;
  group?: string;
  retries?: number;
  retry_delay?: number;
  warmup?: number;
}
/**
 * A file on the director must say that it works. keepalived sees a change at once.
 */
export interface FileCheck {
  type: 'file';
  path: string;
  weight?: number;
}
/**
 * A BFD session (RFC 5880) with it must be up; a BFD daemon runs on the real server.
 */
export interface BFDCheck {
  type: 'bfd';
  neighbor?: string;
  min_rx?: number;
  min_tx?: number;
  idle_tx?: number;
  multiplier?: number;
  passive?: boolean;
  max_hops?: number;
}
/**
 * How `lvsform verify` asks this service, from each client. The IPVS counters tell which real server served; an answer that holds the name or address of just one of them tells even the order.
 */
export interface Verification {
  type?: 'http' | 'https' | 'connect' | 'memcached' | 'redis' | 'postgresql' | 'dns' | 'command' | 'none';
  path?: string;
  host?: string;
  certificate?: 'ignore' | 'check';
  send?: string;
  expect?: string;
  name?: string;
  /**
   * @minItems 1
   * @maxItems 256
   */
  run?: string[];
  /**
   * @maxItems 64
   */
  packages?: string[];
  requests?: number;
  hold?: number;
}
/**
 * What the gateways (hosts with that role) let through.
 */
export interface Gateway {
  forwards?: Forward[];
  masquerade?: Masquerade[];
  snat?: SourceNAT[];
}
/**
 * An address with a port or ports, and the service or host behind it.
 */
export interface Forward {
  from: string;
  to: string;
  protocol?: 'tcp' | 'udp' | 'sctp';
}
/**
 * A network, and the address that its packets get.
 */
export interface SourceNAT {
  network: string;
  interface?: string;
  to: string;
}
/**
 * What the proxies (hosts with that role; HAProxy) do: they read HTTP requests and choose a pool of servers by host name and path. The proxies are real servers of a service, so that IPVS shares connections among them.
 */
export interface Proxy {
  listeners: ProxyListeners;
  pools: Pools;
  timeouts?: ProxyTimeouts;
  stats_socket?: string;
}
/**
 * Ports of the proxies, by names of your choice.
 */
export interface ProxyListeners {
  [k: string]: ProxyListener;
}
/**
 * A port of the proxies, and where its requests go. A service of that port leads clients to it.
 */
export interface ProxyListener {
  port: number;
  /**
   * @maxItems 1000
   */
  rules?: ProxyRule[];
  default?: string;
  health_path?: string;
}
/**
 * Requests for one of these hosts and with one of these paths go to the pool.
 */
export interface ProxyRule {
  host?: HostNames;
  path?: ExactPaths;
  path_prefix?: PathPrefixes;
  pool: string;
}
/**
 * Servers that answer the same requests, by names of your choice.
 */
export interface Pools {
  [k: string]: Pool;
}
/**
 * Servers that answer the same requests.
 */
export interface Pool {
  port: number;
  balance?: 'roundrobin' | 'leastconn' | 'random' | 'source' | 'uri';
  client_address?: 'forwarded' | 'proxy_protocol' | 'none';
  check?: PoolCheck;
  servers: PoolServers;
}
/**
 * Every server counts as healthy.
 */
export interface NoPoolCheck {
  type: 'none';
}
/**
 * It must accept a connection.
 */
export interface PoolTCPCheck {
  type: 'tcp';
  interval?: number;
  rise?: number;
  fall?: number;
}
/**
 * It must answer a request.
 */
export interface PoolHTTPCheck {
  type: 'http';
  path?: string;
  host?: string;
  status?: number;
  interval?: number;
  rise?: number;
  fall?: number;
}
/**
 * How long the proxies wait, in seconds.
 */
export interface ProxyTimeouts {
  connect?: number;
  client?: number;
  server?: number;
  stop?: number;
}
