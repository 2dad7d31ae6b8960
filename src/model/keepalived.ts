import type { Argv } from './command.ts';
import type { GarpSettings, SyncGroup } from './vrrp.ts';

/** What holds for the keepalived of every director, in the words of keepalived.conf(5), "Global definitions". */
export interface KeepalivedSettings {
  /** undefined: the host's name. */
  readonly routerId: string | undefined;
  readonly mail: MailSettings;
  /** Who runs scripts that name no user. */
  readonly scriptUser: string;
  readonly skipCheckAdvAddr: boolean;
  readonly garpInterval: number | undefined;
  readonly gnaInterval: number | undefined;
  readonly garp: GarpSettings;
  readonly minGarp: boolean;
  /** Seconds after its start before it takes part in VRRP. */
  readonly startupDelay: number | undefined;
  /** Flags of the SNMP agent that are set, as keepalived calls them: enable_snmp_vrrp ... */
  readonly snmp: readonly string[];
  readonly snmpSocket: string | undefined;
  readonly log: { readonly detail: boolean; readonly facility: number | undefined } | undefined;
  readonly trackScripts: readonly TrackScript[];
  readonly trackProcesses: readonly TrackProcess[];
  readonly syncGroups: readonly SyncGroup[];
}

export interface MailSettings {
  readonly to: readonly string[];
  readonly from: string | undefined;
  /** An address or a name; with its port where that is not 25. */
  readonly server: string | undefined;
  readonly port: number | undefined;
  readonly heloName: string | undefined;
  readonly connectTimeout: number | undefined;
  readonly alert: boolean | undefined;
  readonly alertVrrp: boolean | undefined;
  readonly alertChecker: boolean | undefined;
}

/** A program that says by its exit code whether a director is fit. */
export interface TrackScript {
  readonly name: string;
  readonly script: Argv;
  readonly interval: number | undefined;
  readonly timeout: number | undefined;
  readonly rise: number | undefined;
  readonly fall: number | undefined;
  readonly weight: number | undefined;
  readonly user: string | undefined;
  readonly initFail: boolean;
}

/** A program that has to run on a director. */
export interface TrackProcess {
  readonly name: string;
  /** Its name, and arguments where those count too. */
  readonly process: Argv;
  readonly paramMatch: 'initial' | 'partial' | undefined;
  readonly fullCommand: boolean;
  readonly weight: number | undefined;
  readonly quorum: number | undefined;
  readonly quorumMax: number | undefined;
  readonly forkDelay: number | undefined;
  readonly terminateDelay: number | undefined;
}

/** Copies the connections of one director to the others (ipvsadm(8), --start-daemon). */
export interface SyncDaemon {
  /** The VRRP instance whose MASTER sends. */
  readonly instance: string;
  readonly interface: string;
  /** 0 to 255: who takes part. */
  readonly id: number;
  readonly maxlen: number | undefined;
  readonly port: number | undefined;
  readonly ttl: number | undefined;
  readonly group: string | undefined;
  /** A director that only receives leaves DR and TUN packets to its own services, for it may be a real server too. */
  readonly backupOnly: boolean;
}
