// Made from the schema by `npx tsx test/config/generate.ts`.

/**
 * Lets `lvsform lab up` boot these hosts on this machine. Interfaces in one subnet are wired to one segment. `lab: {}` is enough.
 */
export type Lab = {
  /**
   * Name of the lab on this machine. Default: the inventory's name.
   */
  name?: string;
  /**
   * Memory of each host, in MiB.
   */
  memory?: number;
} | null;
/**
 * A secret. The secret itself, or a reference: `{ env: NAME }`, `{ file: path }` or `{ command: [program, argument] }`.
 */
export type SecretValue =
  | string
  | number
  | {
      /**
       * Name of an environment variable that holds the secret.
       */
      env?: string;
      /**
       * A file that holds the secret, relative to the inventory. One line end at its end does not count.
       */
      file?: string;
      /**
       * A program and its arguments; what it prints is the secret. No shell is involved.
       *
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
      /**
       * The program that makes root of the user.
       */
      method?: 'sudo';
      password?: SecretValue;
    };
/**
 * An address with the length of its prefix, or a list of them.
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
 * How keepalived finds out whether a real server works (director mode `keepalived`). Default: `tcp` for TCP, `none` for UDP.
 */
export type HealthCheck = NoCheck | TCPCheck | HTTPCheck;
/**
 * Who answers: a map of host names with settings, or a list of host names.
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
  /**
   * Its share against the others; 0 takes no new connections.
   */
  weight?: number;
  /**
   * Its port, where it differs (NAT). Default: the service's.
   */
  port?: number;
  /**
   * Its address, where the host has several that fit. Default: the one in the VIP's network.
   */
  rip?: string;
} | null;
/**
 * A network, or a map with the network and the interface by which its packets leave.
 */
export type Masquerade =
  | string
  | {
      /**
       * Source network.
       */
      network: string;
      /**
       * Outer interface of the gateway. Default: the one with the address of `forwards`.
       */
      interface?: string;
    };

/**
 * An LVS cluster: its hosts, its virtual addresses, and what is balanced among whom.
 */
export interface Inventory {
  /**
   * Version of this format.
   */
  version: 1;
  /**
   * Name of the cluster: shown in plans.
   */
  name: string;
  lab?: Lab;
  ssh?: SSHSettings;
  hosts: Hosts;
  director?: Director;
  vips?: VIPs;
  vrrp?: VRRPInstances;
  services?: VirtualServices;
  gateway?: Gateway;
}
/**
 * How a host is reached. What ~/.ssh/config says of a host holds too; what stands here goes before it.
 */
export interface SSHSettings {
  /**
   * Address or name to connect to, also a name of ~/.ssh/config. Default: the host's first address.
   */
  host?: string;
  /**
   * Port of its SSH server.
   */
  port?: number;
  /**
   * Login name. Default: what ~/.ssh/config says, else yours.
   */
  user?: string;
  /**
   * Private key, or a list of them, relative to the inventory; `~/` is your home directory.
   *
   * @minItems 1
   */
  identity_file?: string | string[];
  identity_passphrase?: SecretValue;
  password?: SecretValue;
  become?: Become;
  /**
   * Jump host on the way: `host`, `user@host` or `user@host:port`; several with commas.
   */
  proxy_jump?: string;
  /**
   * File of known host keys, relative to the inventory. Default: ~/.ssh/known_hosts.
   */
  known_hosts_file?: string;
  /**
   * Record the key of a host that is not known yet, instead of refusing it. A changed key is refused always.
   */
  accept_new?: boolean;
  /**
   * Seconds until a connection must be ready.
   */
  timeout?: number;
}
/**
 * The machines of the cluster, by name.
 */
export interface Hosts {
  [k: string]: Host;
}
/**
 * A machine, what it is in the cluster, and where it stands in the networks.
 */
export interface Host {
  /**
   * `director` schedules connections, `real_server` answers them, `gateway` connects networks, `client` is where `verify` asks from.
   *
   * @minItems 1
   */
  roles: ('director' | 'real_server' | 'gateway' | 'client')[];
  interfaces?: Interfaces;
  /**
   * Next hop of the host's default route. Checked, and used by the lab; a NAT service needs it to be the directors' inner VIP.
   */
  default_route?: string;
  /**
   * VRRP priority of a director: the highest is the MASTER.
   */
  priority?: number;
  ssh?: SSHSettings;
  vars?: Variables;
}
/**
 * The host's interfaces with their own addresses: one, or a list. Never a VIP. lvsform does not set them; it knows the networks by them.
 */
export interface Interfaces {
  [k: string]: Addresses;
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
  /**
   * Who holds VIPs and IPVS rules. `static`: lvsform's own unit holds both, for one director. `vrrp`: keepalived moves the VIPs, the rules stand on every director. `keepalived`: it does both and checks the real servers' health. Default: `keepalived` with two directors or more, `static` with one.
   */
  mode?: 'static' | 'vrrp' | 'keepalived';
  timeouts?: IPVSTimeouts;
}
/**
 * How long an idle connection stays in the table, in seconds. Default: the kernel's (900, 120, 300).
 */
export interface IPVSTimeouts {
  /**
   * Established TCP connections.
   */
  tcp: number;
  /**
   * TCP connections after a FIN.
   */
  tcp_fin: number;
  /**
   * UDP.
   */
  udp: number;
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
  /**
   * The address. The length of its prefix is 32 where left out, so that the address adds no route.
   */
  address: string;
  /**
   * The directors' interface that carries it. Default: the one in the VIP's subnet.
   */
  interface?: string;
  /**
   * Label of the address, for those who look for it with ifconfig: the interface, `:`, and a few letters or digits; at most 15 characters.
   */
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
  /**
   * Number of the virtual router, unique on its network segment.
   */
  virtual_router_id: number;
  /**
   * Where advertisements are sent. Default: the interface of its VIPs.
   */
  interface?: string;
  /**
   * Seconds between two advertisements. A lost MASTER is replaced after three of them and a little more.
   */
  advert_interval?: number;
  auth_pass?: SecretValue;
  /**
   * Names of its VIPs. Default: all that no other instance names.
   *
   * @minItems 1
   */
  vips?: string[];
  /**
   * The directors that take part. Default: all.
   *
   * @minItems 1
   */
  members?: string[];
  /**
   * Priorities in this instance, where they differ from the hosts' own: a second instance the other way round makes both directors work.
   */
  priorities?: {
    [k: string]: number;
  };
}
/**
 * What is balanced: a port of a VIP, how, and among whom.
 */
export interface VirtualServices {
  [k: string]: VirtualService;
}
/**
 * A port of a VIP, shared among real servers.
 */
export interface VirtualService {
  /**
   * Name of the VIP.
   */
  vip: string;
  /**
   * Port that clients call.
   */
  port: number;
  /**
   * Transport protocol.
   */
  protocol?: 'tcp' | 'udp';
  /**
   * Who gets the next connection: `rr` takes turns, `wrr` by weight, `lc` and `wlc` the least loaded, `sh` and `mh` by the client, and so on.
   */
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
  /**
   * How packets reach a real server. `DR` (direct routing): it answers the client itself; same network, same port. `NAT`: it answers through the director, which may change the port. `TUN`: it answers itself, from any network.
   */
  method?: 'DR' | 'NAT' | 'TUN';
  /**
   * Seconds that a client stays with its real server; 0 is off.
   */
  persistence?: number;
  /**
   * Seconds between two rounds of checks.
   */
  delay_loop?: number;
  /**
   * Seconds that a leaving real server may finish its connections, with weight 0; 0 is off.
   */
  drain?: number;
  check?: HealthCheck;
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
  /**
   * Seconds to wait for an answer.
   */
  connect_timeout?: number;
  /**
   * Further tries before the real server is taken out.
   */
  retries?: number;
  /**
   * Seconds between two tries.
   */
  retry_delay?: number;
}
/**
 * It must answer a request.
 */
export interface HTTPCheck {
  type: 'http';
  /**
   * What to ask for.
   */
  path?: string;
  /**
   * The status that a healthy real server answers.
   */
  status?: number;
  /**
   * Seconds to wait for an answer.
   */
  connect_timeout?: number;
  /**
   * Further tries before the real server is taken out.
   */
  retries?: number;
  /**
   * Seconds between two tries.
   */
  retry_delay?: number;
}
/**
 * How `lvsform verify` asks this service, from each client.
 */
export interface Verification {
  /**
   * `http`: asks for a page, which tells the real server. `connect`: connects, and IPVS counters tell. Default: `http` for TCP ports 80, 8000, 8008, 8080 and 8888, else `connect`.
   */
  type?: 'http' | 'connect';
  /**
   * What to ask for by HTTP.
   */
  path?: string;
  /**
   * Requests from each client.
   */
  requests?: number;
}
/**
 * What the gateways (hosts with that role) let through.
 */
export interface Gateway {
  /**
   * Destination NAT: what arrives at an address of a gateway goes to a service's VIP and port.
   */
  forwards?: Forward[];
  /**
   * Source NAT: networks whose packets leave with the gateway's own address. A network, or a map with the interface by which they leave.
   */
  masquerade?: Masquerade[];
}
/**
 * One address and port, and the service behind it.
 */
export interface Forward {
  /**
   * Address of a gateway, and port.
   */
  from: string;
  /**
   * Name of the service.
   */
  to: string;
}
