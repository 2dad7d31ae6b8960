import type { Cluster, Host } from '../model/cluster.ts';
import type { SyncDaemon, TrackProcess, TrackScript } from '../model/keepalived.ts';
import { garpLines, lines, onOff, scriptText } from './keepalived-lines.ts';

/** Data of templates/keepalived/global-defs.hbs, and of the blocks to which VRRP instances refer. */
export interface GlobalBlocks {
  readonly scriptUser: string;
  readonly notificationEmail: readonly string[];
  readonly globals: readonly string[];
  readonly definitions: readonly { readonly block: string; readonly lines: readonly string[] }[];
}

/** What holds for the keepalived of one director. */
export function globalBlocks(cluster: Cluster, host: Host): GlobalBlocks {
  const { keepalived: settings, director } = cluster;
  const { mail } = settings;
  return {
    scriptUser: settings.scriptUser,
    notificationEmail: mail.to,
    globals: [
      ...lines({
        notification_email_from: mail.from,
        smtp_server:
          mail.server === undefined ? undefined : [mail.server, mail.port].filter(Boolean).join(' '),
        smtp_helo_name: mail.heloName,
        smtp_connect_timeout: mail.connectTimeout,
        smtp_alert: onOff(mail.alert),
        smtp_alert_vrrp: onOff(mail.alertVrrp),
        smtp_alert_checker: onOff(mail.alertChecker),
        vrrp_skip_check_adv_addr: settings.skipCheckAdvAddr,
        vrrp_garp_interval: settings.garpInterval,
        vrrp_gna_interval: settings.gnaInterval,
        vrrp_min_garp: settings.minGarp,
      }),
      ...garpLines('vrrp_', settings.garp),
      ...lines({
        vrrp_startup_delay: settings.startupDelay,
        snmp_socket: settings.snmpSocket,
        ...Object.fromEntries(settings.snmp.map(name => [name, true])),
        lvs_sync_daemon: isMember(cluster, host) ? syncDaemon(director.syncDaemon) : undefined,
      }),
    ],
    definitions: [
      ...settings.trackScripts.map(script => ({
        block: `vrrp_script ${script.name}`,
        lines: ofScript(script),
      })),
      ...settings.trackProcesses.map(process => ({
        block: `vrrp_track_process ${process.name}`,
        lines: ofProcess(process),
      })),
    ],
  };
}

/** A daemon that is bound to an instance of which this director knows nothing would be bound to nothing. */
function isMember({ vrrp, director }: Cluster, host: Host): boolean {
  const followed = vrrp.find(({ name }) => name === director.syncDaemon?.instance);
  return followed?.members.some(member => member.host === host.name) === true;
}

function syncDaemon(daemon: SyncDaemon | undefined): string | undefined {
  if (daemon === undefined) return undefined;
  const { interface: device, instance, id, maxlen, port, ttl, group } = daemon;
  return [device, instance, ...lines({ id, maxlen, port, ttl, group })].join(' ');
}

function ofScript(script: TrackScript): readonly string[] {
  return lines({
    script: scriptText(script.script),
    interval: script.interval,
    timeout: script.timeout,
    rise: script.rise,
    fall: script.fall,
    weight: script.weight,
    user: script.user,
    init_fail: script.initFail,
  });
}

function ofProcess(process: TrackProcess): readonly string[] {
  return lines({
    process: process.process.join(' '),
    param_match: process.paramMatch,
    full_command: process.fullCommand,
    weight: process.weight,
    quorum: process.quorum,
    quorum_max: process.quorumMax,
    fork_delay: process.forkDelay,
    terminate_delay: process.terminateDelay,
  });
}
