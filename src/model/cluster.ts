import type { HealthCheck } from './health-check.ts';
import type { Json } from './json.ts';
import type { KeepalivedSettings, SyncDaemon } from './keepalived.ts';
import type { ProxySettings } from './proxy.ts';
import type { Secret } from './secret.ts';
import type { VerifySettings } from './verification.ts';
import type { VrrpInstance as Instance } from './vrrp.ts';

/** The cluster that an inventory describes: defaults filled in, references resolved, checked. */
export interface Cluster {
  readonly name: string;
  readonly hosts: readonly Host[];
  readonly director: DirectorSettings;
  readonly vips: readonly Vip[];
  readonly vrrp: readonly VrrpInstance[];
  readonly keepalived: KeepalivedSettings;
  readonly services: readonly VirtualService[];
  readonly gateway: GatewaySettings;
  /** undefined: no host is a proxy. */
  readonly proxy: ProxySettings | undefined;
  /** The inventory asks for the embedded lab: commands run inside its network. */
  readonly lab: LabSettings | undefined;
}

export const roleNames = ['director', 'real_server', 'proxy', 'gateway', 'client'] as const;
export type RoleName = (typeof roleNames)[number];

/** Parts of a role's work that a stage may have done before the whole of it, and whose they are. */
export const roleParts = { draining: 'director' } as const satisfies Readonly<Record<string, RoleName>>;
export type RolePart = keyof typeof roleParts;

export interface Host {
  readonly name: string;
  readonly roles: readonly RoleName[];
  readonly interfaces: readonly Interface[];
  /** The next hop of the host's default route, where the inventory states it. */
  readonly defaultRoute: string | undefined;
  /** Addresses of a director's alone, for the source of what FULLNAT sends to real servers. */
  readonly localAddresses: LocalAddresses | undefined;
  /** VRRP priority of a director, 1 to 255, where an instance does not say otherwise. */
  readonly priority: number | undefined;
  /** It filters packets, so what LVS needs is let in, by these means; undefined: nothing is done. */
  readonly firewall: 'auto' | 'iptables' | 'firewalld' | undefined;
  readonly ssh: SshSettings;
  /** Free data of the user's, for templates. */
  readonly vars: { readonly [name: string]: Json };
  /** The system that the host has in the lab; default debian. */
  readonly labImage?: LabImage;
}

/** Addresses one after the other, and the interface that gets them. */
export interface LocalAddresses {
  readonly interface: string;
  readonly addresses: readonly string[];
}

/**
 * What a host of the lab is made of: Debian with systemd and apt; the same with rpm and dnf, yum or zypper in apt's place; with
 * busybox's tools and sh in the place of GNU's and bash; or Debian with SysV's init.
 */
export const labImages = ['debian', 'rpm', 'yum', 'zypper', 'busybox', 'sysv'] as const;
export type LabImage = (typeof labImages)[number];

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
  readonly syncDaemon: SyncDaemon | undefined;
  /** Settings that the inventory asks for, by their names below net.ipv4.vs. */
  readonly kernel: Readonly<Record<string, string>>;
  /** Where ipvsadm is built from source instead of taken as a package. */
  readonly ipvsadm?: IpvsadmSource;
}

/** A tarball of ipvsadm: a URL, or the bytes of a file of this machine in base64. */
export interface IpvsadmSource {
  readonly source: { readonly url: string } | { readonly content: string };
  readonly sha256: string;
  /** The directors that are meant. */
  readonly hosts: readonly string[];
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

/** Directors that agree on who carries some VIPs. */
export type VrrpInstance = Instance<Vip>;

export type Protocol = 'tcp' | 'udp' | 'sctp';

/**
 * FULLNAT is no method of the mainline kernel: it is NAT whose packets also get an address of the director as their
 * source, so that the real servers need no route to the clients.
 */
export type ForwardingMethod = 'DR' | 'NAT' | 'TUN' | 'FULLNAT';

/** How a scheduler goes about its work (ipvsadm(8), `-b`). */
export type SchedulerFlag =
  | 'sh-fallback'
  | 'sh-port'
  | 'mh-fallback'
  | 'mh-port'
  | 'flag-1'
  | 'flag-2'
  | 'flag-3';

/** A firewall mark, and what gets it: packets to these ports of these VIPs are one virtual service. */
export interface FirewallMark {
  /** 1 to 2147483647: ipvsadm prints what is beyond as negative. */
  readonly value: number;
  /** All of one family. */
  readonly vips: readonly Vip[];
  readonly ports: readonly PortRange[];
}

/** Ports from the first to the last, both included; a single one is both. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** One entry of IPVS's table. An entry of the inventory with several VIPs or ports, and no mark, makes several. */
export interface VirtualService {
  /** Unique: the name in the inventory, and where its entry makes several services, the VIP and port: `web@v6:443`. */
  readonly name: string;
  /** The name in the inventory. */
  readonly group: string;
  /** The VIP; of a service by firewall mark the first one. */
  readonly vip: Vip;
  /** The port; of a service by firewall mark the first one. */
  readonly port: number;
  readonly protocol: Protocol;
  /** undefined: the service is known by protocol, VIP and port. */
  readonly mark: FirewallMark | undefined;
  readonly scheduler: string;
  readonly schedulerFlags: readonly SchedulerFlag[];
  readonly method: ForwardingMethod;
  /** Seconds a client stays with its RS; 0 is off. */
  readonly persistence: number;
  /** Length of the prefix whose clients count as one for persistence: 24 keeps a /24 together; undefined: each its own. */
  readonly persistencePrefix: number | undefined;
  /** What else tells clients apart (`sip`: the Call-ID of SIP over UDP). */
  readonly persistenceEngine: 'sip' | undefined;
  /** Each packet is scheduled by itself, with no connection kept (UDP alone). */
  readonly onePacket: boolean;
  readonly realServers: readonly RealServer[];
  /** How real servers are checked that have no checks of their own; all must pass. */
  readonly checks: readonly HealthCheck[];
  readonly availability: Availability;
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
  /** Connections at which it gets no new ones (ipvsadm -x), and below which it gets them again (-y); 0: no limit. */
  readonly upperThreshold: number;
  readonly lowerThreshold: number;
  /** Instead of the service's. */
  readonly checks?: readonly HealthCheck[] | undefined;
  readonly inhibitOnFailure?: boolean | undefined;
  /** What the director runs when it has become healthy, or has failed. */
  readonly notifyUp?: readonly string[] | undefined;
  readonly notifyDown?: readonly string[] | undefined;
}

/** What happens when real servers of a service fail. */
export interface Availability {
  readonly sorryServer?: SorryServer | undefined;
  /** The weight that working real servers must have together; undefined: keepalived's default, 1. */
  readonly quorum?: number | undefined;
  readonly hysteresis?: number | undefined;
  readonly quorumUp?: readonly string[] | undefined;
  readonly quorumDown?: readonly string[] | undefined;
  /** A real server counts as failed until its first check has passed. */
  readonly alpha?: boolean | undefined;
  /** A keepalived that stops runs the scripts for what fails. */
  readonly omega?: boolean | undefined;
  /** A failed real server stays in the table with weight 0. */
  readonly inhibitOnFailure?: boolean | undefined;
}

/** Who answers while the quorum is lost. */
export interface SorryServer {
  /** undefined: an address that is no host of the inventory's. */
  readonly host: string | undefined;
  readonly ip: string;
  readonly port: number;
  /** It stays in the table with weight 0 when the quorum is back. */
  readonly inhibit: boolean;
}

export interface GatewaySettings {
  readonly forwards: readonly Forward[];
  /** Networks whose traffic leaves by `interface` with the gateway's address as source. */
  readonly masquerade: readonly { readonly network: IpNet; readonly interface: string }[];
  /** The same with a stated source: an address, or the first and the last of several (`10.0.0.5-10.0.0.9`). */
  readonly snat: readonly { readonly network: IpNet; readonly interface: string; readonly to: string }[];
}

/** DNAT on the gateways: what arrives at the ports of `address` goes elsewhere. */
export interface Forward {
  readonly address: string;
  readonly ports: PortRange;
  readonly protocol: Protocol;
  /** Name of the service that it goes to; undefined: a host, straight. */
  readonly service: string | undefined;
  /** Where it goes: the service's VIP, or the host. Without a port, it keeps its own. */
  readonly to: { readonly address: string; readonly port: number | undefined };
}

export interface LabSettings {
  /** At most 12 of a-z, 0-9 and `-`. */
  readonly name: string;
  readonly memoryMiB: number;
  /** The hosts have all packages that clusters need before they first boot. */
  readonly preinstalled: boolean;
}
