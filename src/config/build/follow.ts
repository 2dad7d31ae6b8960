import type { Argv } from '../../model/command.ts';
import type { Following, GarpSettings, Notify, Track } from '../../model/vrrp.ts';
import type { Keepalived, NotifyScripts, VRRPInstance } from '../inventory-yaml.ts';
import { certain } from './certain.ts';

type FollowingYaml = Pick<
  VRRPInstance,
  'track_interface' | 'track_script' | 'track_process' | 'notify' | 'smtp_alert'
>;

/** What decides over an instance or a sync group, and what is told when its state changes. */
export function buildFollowing(yaml: FollowingYaml): Following {
  return {
    trackInterface: buildTracks(yaml.track_interface),
    trackScript: buildTracks(yaml.track_script),
    trackProcess: buildTracks(yaml.track_process),
    notify: buildNotify(yaml.notify),
    smtpAlert: yaml.smtp_alert,
  };
}

function buildTracks(yaml: FollowingYaml['track_interface'] = {}): readonly Track[] {
  return Object.entries(yaml).map(([name, { weight }]) => ({ name, weight }));
}

const events = ['master', 'backup', 'fault', 'stop', 'any'] as const;

function buildNotify(yaml: NotifyScripts = {}): readonly Notify[] {
  return events.flatMap(event => {
    const script = yaml[event];
    return script === undefined ? [] : [{ event, script: buildArgv(script), user: yaml.user }];
  });
}

/** The schema has seen to it that there is a first word. */
export function buildArgv(words: readonly string[]): Argv {
  const [program, ...rest] = words;
  return [certain(program), ...rest];
}

/** How neighbours are told, of an instance. */
export function buildGarp(yaml: VRRPInstance): GarpSettings {
  return {
    masterDelay: yaml.garp_master_delay,
    masterRepeat: yaml.garp_master_repeat,
    masterRefresh: yaml.garp_master_refresh,
    masterRefreshRepeat: yaml.garp_master_refresh_repeat,
    lowerPrioDelay: yaml.garp_lower_prio_delay,
    lowerPrioRepeat: yaml.garp_lower_prio_repeat,
  };
}

/** The same, where an instance says nothing. */
export function buildGlobalGarp(yaml: Keepalived): GarpSettings {
  return {
    masterDelay: yaml.vrrp_garp_master_delay,
    masterRepeat: yaml.vrrp_garp_master_repeat,
    masterRefresh: yaml.vrrp_garp_master_refresh,
    masterRefreshRepeat: yaml.vrrp_garp_master_refresh_repeat,
    lowerPrioDelay: yaml.vrrp_garp_lower_prio_delay,
    lowerPrioRepeat: yaml.vrrp_garp_lower_prio_repeat,
  };
}
