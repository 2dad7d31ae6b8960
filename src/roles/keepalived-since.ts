import type { FirstVersions } from '../kinds/newer-words.ts';

/**
 * The first keepalived that knows a word of keepalived.conf(5), from its ChangeLog (to 2.0.20) and release notes
 * (from 2.1.0). What 2.0.4 knew already is left out: nothing older is served. An older keepalived skips such a word
 * and misreads what follows, so a host that has one is refused when the plan is made.
 */
export const keepalivedSince: FirstVersions = {
  package: 'keepalived',
  least: { version: '2.0.4', why: 'the check of a configuration before it goes live (keepalived -t)' },
  words: {
    track_process: '2.0.11',
    vrrp_track_process: '2.0.11',
    'vrrp_track_process/quorum_max': '2.0.16',
    vrrp_min_garp: '2.0.12',
    vrrp_startup_delay: '2.0.14',
    auth_hmac: '2.4.0',
    'global_defs/startup_script': '2.1.0',
    'global_defs/shutdown_script': '2.1.0',
    'global_defs/reload_check_config': '2.2.0',
    'global_defs/checker_log_all_failures': '2.0.11',
    lvs_flush_on_stop: '2.0.15',
    'lvs_sched mh': '2.0.7',
    UDP_CHECK: '2.1.0',
    PING_CHECK: '2.1.0',
    FILE_CHECK: '2.1.0',
    track_file: '2.1.0',
    'UDP_CHECK/payload': '2.2.0',
    'UDP_CHECK/require_reply': '2.2.0',
    http_protocol: '2.0.17',
    fast_recovery: '2.0.17',
    'url/regex': '2.0.7',
  },
};
