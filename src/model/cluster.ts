import type { Json } from './json.ts';
import type { Secret } from './secret.ts';

/** The cluster that an inventory describes: defaults filled in, references resolved, checked. */
export interface Cluster {
  readonly name: string;
  readonly hosts: readonly Host[];
  readonly director: DirectorSettings;
  readonly vips: readonly Vip[];
  readonly vrrp: readonly VrrpInstance[];
  readonly services: readonly VirtualService[];
  readonly gateway: GatewaySettings;
  /** The inventory asks for the embedded lab: commands run inside its network. */
  readonly lab: LabSettings | undefined;
}

export const roleNames = ['director', 'real_server', 'gateway', 'client'] as const;
export type RoleName = (typeof roleNames)[number];

export interface Host {
  readonly name: string;
  readonly roles: readonly RoleName[];
  readonly interfaces: readonly Interface[];
  /** The next hop of the host's default route, where the inventory states it. */
  readonly defaultRoute: string | undefined;
  /** VRRP priority of a director, 1 to 255, where an instance does not say otherwise. */
  readonly priority: number | undefined;
  readonly ssh: SshSettings;
  /** Free data of the user's, for templates. */
  readonly vars: { readonly [name: string]: Json };
}

/** A network interface with the addresses that the host has of its own (VIPs are not among them). */
export interface Interface {
  readonly name: string;
  readonly addresses: readonly IpNet[];
}

/** An address with the length of its network's prefix. */
export interface IpNet {
  readonly ip: string;
  readonly prefix: number;
  readonly family: 4 | 6;
}

export interface SshSettings {
  /** Where to connect: an address or a name (also one of ~/.ssh/config). */
  readonly host: string;
  readonly port: number | undefined;
  readonly user: string | undefined;
  readonly identityFiles: readonly string[];
  readonly identityPassphrase: Secret | undefined;
  readonly password: Secret | undefined;
  readonly become: Become | undefined;
  readonly proxyJump: string | undefined;
  readonly knownHostsFile: string | undefined;
  /** Record the key of a host that is not known yet, instead of refusing it. */
  readonly acceptNew: boolean;
  /** Seconds for the connection to be ready. */
  readonly timeout: number;
}

/** How root is reached by a user who is not root. */
export interface Become {
  readonly method: 'sudo';
  readonly password: Secret | undefined;
}

/** static: our unit holds VIP and rules; vrrp: keepalived moves the VIP, our unit holds the rules; keepalived: it holds both. */
export type DirectorMode = 'static' | 'vrrp' | 'keepalived';

export interface DirectorSettings {
  readonly mode: DirectorMode;
  /** Seconds; ipvsadm --set. */
  readonly timeouts: { readonly tcp: number; readonly tcpFin: number; readonly udp: number } | undefined;
}

/** An address that clients call. */
export interface Vip {
  readonly name: string;
  readonly address: IpNet;
  /** The directors' interface that carries it. */
  readonly interface: string;
  /** Label of the address, `eth0:240`: at most 15 characters, begins with the interface's name. */
  readonly label: string | undefined;
}

export interface VrrpInstance {
  readonly name: string;
  /** 1 to 255, unique on its segment. */
  readonly virtualRouterId: number;
  readonly interface: string;
  /** Seconds between two advertisements. */
  readonly advertInterval: number;
  readonly authPass: Secret | undefined;
  readonly vips: readonly Vip[];
  /** Who takes part: the first is the MASTER (highest priority first). */
  readonly members: readonly {
    readonly host: string;
    readonly priority: number;
    readonly state: 'MASTER' | 'BACKUP';
  }[];
}

export type Protocol = 'tcp' | 'udp';
export type ForwardingMethod = 'DR' | 'NAT' | 'TUN';

export interface VirtualService {
  readonly name: string;
  readonly vip: Vip;
  readonly port: number;
  readonly protocol: Protocol;
  readonly scheduler: string;
  readonly method: ForwardingMethod;
  /** Seconds a client stays with its RS; 0 is off. */
  readonly persistence: number;
  readonly realServers: readonly RealServer[];
  readonly check: HealthCheck;
  /** Seconds between two rounds of checks. */
  readonly delayLoop: number;
  /** Seconds that a leaving RS may finish its connections with weight 0. */
  readonly drain: number;
  readonly verify: VerifySettings;
}

export interface RealServer {
  readonly host: string;
  readonly rip: string;
  readonly port: number;
  /** 0 to 65535; 0 takes no new connections. */
  readonly weight: number;
}

export type HealthCheck =
  | { readonly type: 'none' }
  | {
      readonly type: 'tcp';
      readonly connectTimeout: number;
      readonly retries: number;
      readonly retryDelay: number;
    }
  | {
      readonly type: 'http';
      readonly path: string;
      readonly status: number;
      readonly connectTimeout: number;
      readonly retries: number;
      readonly retryDelay: number;
    };

/** How `verify` asks a service: by HTTP (the page tells the RS), or by connecting (the IPVS counters tell). */
export interface VerifySettings {
  readonly type: 'http' | 'connect';
  readonly path: string;
  /** Requests from each client. */
  readonly requests: number;
}

export interface GatewaySettings {
  readonly forwards: readonly Forward[];
  /** Networks whose traffic leaves by `interface` with the gateway's address as source. */
  readonly masquerade: readonly { readonly network: IpNet; readonly interface: string }[];
}

/** DNAT on the gateways: what arrives at `address:port` goes to the service's VIP and port. */
export interface Forward {
  readonly address: string;
  readonly port: number;
  readonly protocol: Protocol;
  readonly service: string;
}

export interface LabSettings {
  /** At most 12 of a-z, 0-9 and `-`. */
  readonly name: string;
  readonly memoryMiB: number;
}
