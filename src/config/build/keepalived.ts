import type { KeepalivedSettings, TrackProcess, TrackScript } from '../../model/keepalived.ts';
import { defaults } from '../defaults.ts';
import type { Keepalived } from '../inventory-yaml.ts';
import { buildArgv, buildFollowing, buildGlobalGarp } from './follow.ts';

const snmpFlags = [
  'enable_snmp_vrrp',
  'enable_snmp_checker',
  'enable_snmp_rfc',
  'enable_snmp_rfcv2',
  'enable_snmp_rfcv3',
  'enable_traps',
] as const;

/** The settings of the daemon as a whole. */
export function buildKeepalived(yaml: Keepalived = {}): KeepalivedSettings {
  return {
    routerId: yaml.router_id,
    mail: {
      to: yaml.notification_email ?? [],
      from: yaml.notification_email_from,
      server: yaml.smtp_server,
      port: yaml.smtp_port,
      heloName: yaml.smtp_helo_name,
      connectTimeout: yaml.smtp_connect_timeout,
      alert: yaml.smtp_alert,
      alertVrrp: yaml.smtp_alert_vrrp,
      alertChecker: yaml.smtp_alert_checker,
    },
    scriptUser: yaml.script_user ?? defaults.scriptUser,
    skipCheckAdvAddr: yaml.vrrp_skip_check_adv_addr ?? false,
    garpInterval: yaml.vrrp_garp_interval,
    gnaInterval: yaml.vrrp_gna_interval,
    garp: buildGlobalGarp(yaml),
    minGarp: yaml.vrrp_min_garp ?? false,
    startupDelay: yaml.vrrp_startup_delay,
    snmp: snmpFlags.filter(name => yaml[name] === true),
    snmpSocket: yaml.snmp_socket,
    log: yaml.log && { detail: yaml.log.detail ?? false, facility: yaml.log.facility },
    trackScripts: buildTrackScripts(yaml),
    trackProcesses: buildTrackProcesses(yaml),
    syncGroups: Object.entries(yaml.sync_groups ?? {}).map(([name, group]) => ({
      name,
      instances: group.instances,
      ...buildFollowing(group),
    })),
  };
}

function buildTrackScripts({ track_scripts = {} }: Keepalived): readonly TrackScript[] {
  return Object.entries(track_scripts).map(([name, yaml]) => ({
    name,
    script: buildArgv(yaml.script),
    interval: yaml.interval,
    timeout: yaml.timeout,
    rise: yaml.rise,
    fall: yaml.fall,
    weight: yaml.weight,
    user: yaml.user,
    initFail: yaml.init_fail ?? false,
  }));
}

function buildTrackProcesses({ track_processes = {} }: Keepalived): readonly TrackProcess[] {
  return Object.entries(track_processes).map(([name, yaml]) => ({
    name,
    process: buildArgv(yaml.process),
    paramMatch: yaml.param_match,
    fullCommand: yaml.full_command ?? false,
    weight: yaml.weight,
    quorum: yaml.quorum,
    quorumMax: yaml.quorum_max,
    forkDelay: yaml.fork_delay,
    terminateDelay: yaml.terminate_delay,
  }));
}
