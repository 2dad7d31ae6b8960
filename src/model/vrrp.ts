import type { Argv } from './command.ts';
import type { Secret } from './secret.ts';

/** Directors that agree on who carries some VIPs, in the words of keepalived.conf(5), "VRRP instance". */
export interface VrrpInstance<Vip> extends Following {
  readonly name: string;
  /** 1 to 255, unique on its segment. */
  readonly virtualRouterId: number;
  readonly interface: string;
  /** 2 (RFC 3768: whole seconds, passwords) or 3 (RFC 5798: fractions, IPv6, no passwords). */
  readonly version: 2 | 3;
  /** Seconds between two advertisements. */
  readonly advertInterval: number;
  readonly authType: 'PASS' | 'AH';
  readonly authPass: Secret | undefined;
  /** All are of one address family but for those that come last: these move along, and are not advertised. */
  readonly vips: readonly Vip[];
  /** Advertise to each other by address, where a network carries no multicast. */
  readonly unicast: boolean;
  /** Who has the VIPs keeps them when a member of higher priority comes back. */
  readonly nopreempt: boolean;
  /** Seconds that a member of higher priority waits before it takes the VIPs back. */
  readonly preemptDelay: number | undefined;
  readonly vmac: { readonly xmitBase: boolean } | undefined;
  readonly garp: GarpSettings;
  /** Who takes part: the first is the MASTER (highest priority first). */
  readonly members: readonly VrrpMember[];
}

export interface VrrpMember {
  readonly host: string;
  readonly priority: number;
  /** Who shall carry the VIPs while all is well. */
  readonly state: 'MASTER' | 'BACKUP';
  /** Its own address on the instance's interface, where the instance is unicast. */
  readonly address: string | undefined;
}

/** Instances that change their states together. */
export interface SyncGroup extends Following {
  readonly name: string;
  readonly instances: readonly string[];
}

/** What decides over an instance or a group, and what is told when its state changes. */
export interface Following {
  readonly trackInterface: readonly Track[];
  readonly trackScript: readonly Track[];
  readonly trackProcess: readonly Track[];
  readonly notify: readonly Notify[];
  /** Whether a change is mailed; undefined: as keepalived's global setting says. */
  readonly smtpAlert: boolean | undefined;
}

/** Something that is watched; with a weight it changes the priority, without one it decides alone. */
export interface Track {
  readonly name: string;
  readonly weight: number | undefined;
}

/** A program for a change of state. */
export interface Notify {
  readonly event: 'master' | 'backup' | 'fault' | 'stop' | 'any';
  readonly script: Argv;
  readonly user: string | undefined;
}

/** How the neighbours are told of a VIP's new place: gratuitous ARP, and unsolicited neighbour advertisements. */
export interface GarpSettings {
  readonly masterDelay: number | undefined;
  readonly masterRepeat: number | undefined;
  readonly masterRefresh: number | undefined;
  readonly masterRefreshRepeat: number | undefined;
  readonly lowerPrioDelay: number | undefined;
  readonly lowerPrioRepeat: number | undefined;
}
