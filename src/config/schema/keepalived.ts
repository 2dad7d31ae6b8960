import type { Schema } from '../../model/kind.ts';
import { count, flag, following, garp, seconds, weight } from './follow.ts';
import { scriptArgv, scriptUser } from './program.ts';
import { givenName } from './text.ts';

const mailAddress = {
  pattern: '^[A-Za-z0-9._+=-]+@[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$',
  patternErrorMessage: 'must be a mail address, such as admin@example.com',
  maxLength: 254,
} as const;

const hostWord = {
  pattern: '^[A-Za-z0-9]([A-Za-z0-9.:-]*[A-Za-z0-9])?$',
  patternErrorMessage: 'must be an address or a host name',
  maxLength: 253,
} as const;

const trackScripts: Schema = {
  title: 'Track scripts',
  description:
    'Programs that say by their exit code whether a director is fit; instances name them in `track_script`.',
  type: 'object',
  propertyNames: givenName,
  additionalProperties: {
    title: 'Track script',
    description: 'A program on the directors that is run again and again; exit code 0 says that all is well.',
    type: 'object',
    properties: {
      script: scriptArgv('What is run.', ['/usr/bin/pgrep', 'haproxy']),
      interval: count('Seconds between two runs. Default: 1.', 1, 86400, 2),
      timeout: count('Seconds after which a run has failed. Default: the interval.', 1, 86400, 2),
      rise: count('Successes after which all is well again. Default: 1.', 1, 1000, 2),
      fall: count('Failures after which it is not. Default: 1.', 1, 1000, 2),
      weight,
      user: {
        type: 'string',
        description: 'Who runs it. Default: `script_user`.',
        ...scriptUser,
        examples: ['nobody'],
      },
      init_fail: flag('It counts as failed until it has succeeded.'),
    },
    required: ['script'],
    additionalProperties: false,
  },
  examples: [{ fit: { script: ['/usr/bin/test', '-e', '/run/fit'], interval: 1 } }],
};

const processWord: Schema = {
  type: 'string',
  pattern: '^[A-Za-z0-9_./:=,+@%^-]+$',
  patternErrorMessage: 'must be a word of letters, digits and _ . / : = , + @ % ^ -',
};

const trackProcesses: Schema = {
  title: 'Track processes',
  description:
    'Programs that have to run on a director; instances name them in `track_process`. keepalived 2.0.11, and a kernel with CONFIG_PROC_EVENTS: without it keepalived follows none.',
  type: 'object',
  propertyNames: givenName,
  additionalProperties: {
    title: 'Track process',
    description: 'A program that has to run.',
    type: 'object',
    properties: {
      process: {
        type: 'array',
        description: "The program's name, and arguments where those count too.",
        items: processWord,
        minItems: 1,
        maxItems: 32,
        examples: [['haproxy']],
      },
      param_match: {
        type: 'string',
        description: '`initial`: the last argument may be longer. `partial`: there may be more of them.',
        enum: ['initial', 'partial'],
        examples: ['partial'],
      },
      full_command: flag('The whole command line counts, not the name alone.'),
      weight,
      quorum: count('How many of it must run. Default: 1.', 1, 65535, 1),
      quorum_max: count('How many of it may run; 0: none. keepalived 2.0.16.', 0, 65535, 1),
      fork_delay: seconds('Seconds that it must have run before that counts.', 0, 3600, 0.5),
      terminate_delay: seconds('Seconds that it may be gone before that counts.', 0, 3600, 0.5),
    },
    required: ['process'],
    additionalProperties: false,
  },
  examples: [{ haproxy: { process: ['haproxy'], terminate_delay: 0.5 } }],
};

const syncGroups: Schema = {
  title: 'Sync groups',
  description:
    'VRRP instances that change their states together. Instances that carry a NAT service and its real servers’ default route are together without being named here.',
  type: 'object',
  propertyNames: givenName,
  additionalProperties: {
    title: 'Sync group',
    description: 'Instances that move together.',
    type: 'object',
    properties: {
      instances: {
        type: 'array',
        description: 'Names of VRRP instances.',
        items: { type: 'string', ...givenName },
        minItems: 2,
        uniqueItems: true,
        examples: [['outer', 'inner']],
      },
      ...following,
    },
    synonyms: { group: 'instances' },
    required: ['instances'],
    additionalProperties: false,
  },
  examples: [{ both: { instances: ['outer', 'inner'] } }],
};

const snmpFlags = {
  enable_snmp_vrrp: 'VRRP in KEEPALIVED-MIB.',
  enable_snmp_checker: 'Virtual servers and checks in KEEPALIVED-MIB.',
  enable_snmp_rfc: 'Both VRRP MIBs, RFC 2787 and RFC 6527.',
  enable_snmp_rfcv2: 'The MIB of RFC 2787 alone.',
  enable_snmp_rfcv3: 'The MIB of RFC 6527 alone.',
  enable_traps: 'SNMP traps.',
};

/** What holds for the daemon as a whole. */
export const keepalived: Schema = {
  title: 'keepalived',
  description:
    'What holds for the keepalived of every director (modes `vrrp` and `keepalived`); the words are those of its configuration.',
  type: 'object',
  synonyms: {
    smtp_alerts: 'smtp_alert',
    email: 'notification_email',
    vrrp_script: 'track_scripts',
    track_script: 'track_scripts',
    vrrp_track_process: 'track_processes',
    track_process: 'track_processes',
    vrrp_sync_group: 'sync_groups',
    sync_group: 'sync_groups',
    startup_delay: 'vrrp_startup_delay',
  },
  refused: {
    vrrp_strict: 'it makes keepalived firewall the VIP against clients that are not to be firewalled',
    lvs_sync_daemon: 'write director.sync_daemon',
    enable_script_security: 'it is always set',
    reload_check_config: 'it is always set where the host knows it',
    lvs_timeouts: 'write director.timeouts',
    vrrp_version: 'write version in the instance',
  },
  properties: {
    router_id: {
      type: 'string',
      description: "A name for the machine in mails. Default: the host's name.",
      pattern: '^[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}$',
      patternErrorMessage: 'must be at most 63 letters, digits and _ . -',
      examples: ['LVS_DEVEL'],
    },
    notification_email: {
      type: 'array',
      description: 'Who is told by mail.',
      items: { type: 'string', ...mailAddress },
      minItems: 1,
      uniqueItems: true,
      examples: [['admin@example.com']],
    },
    notification_email_from: {
      type: 'string',
      description: 'The sender of mails.',
      ...mailAddress,
      examples: ['keepalived@example.com'],
    },
    smtp_server: {
      type: 'string',
      description: 'Who takes the mails: an address or a name.',
      ...hostWord,
      examples: ['192.168.200.1'],
    },
    smtp_port: count("The mail server's port. Default: 25.", 1, 65535, 587),
    smtp_connect_timeout: count('Seconds to wait for it.', 1, 3600, 30),
    smtp_helo_name: {
      type: 'string',
      description: "Its own name to the mail server. Default: the host's name.",
      ...hostWord,
      examples: ['lvs.example.com'],
    },
    smtp_alert: flag('Whether every change is mailed, where nothing else is said.'),
    smtp_alert_vrrp: flag('The same for VRRP alone.'),
    smtp_alert_checker: flag('The same for health checks alone.'),
    script_user: {
      type: 'string',
      description: 'Who runs scripts that name no user.',
      ...scriptUser,
      default: 'root',
      examples: ['keepalived_script'],
    },
    vrrp_skip_check_adv_addr: flag(
      'The addresses in an advertisement are looked at only when the sender is another than before.',
    ),
    vrrp_garp_interval: seconds(
      'Seconds between two gratuitous ARP messages on an interface, to the microsecond.',
      0,
      1,
      0.001,
    ),
    vrrp_gna_interval: seconds(
      'Seconds between two unsolicited neighbour advertisements on an interface.',
      0,
      1,
      0.001,
    ),
    vrrp_min_garp: flag('One message a time, and no second time. keepalived 2.0.12.'),
    ...garp('vrrp_'),
    vrrp_startup_delay: seconds(
      'Seconds after its start before it takes part in VRRP: for networks that are not there at once. keepalived 2.0.14.',
      0,
      3600,
      5.5,
    ),
    ...Object.fromEntries(Object.entries(snmpFlags).map(([name, what]) => [name, flag(what)])),
    snmp_socket: {
      type: 'string',
      description: "The SNMP agent's socket. Default: unix:/var/agentx/master.",
      pattern: '^[a-z0-9]+:[A-Za-z0-9_./:-]+$',
      patternErrorMessage: 'must be a socket such as udp:192.168.0.1:705',
      examples: ['udp:127.0.0.1:705'],
    },
    log: {
      title: 'Log',
      description: 'What the daemon writes to the system log. A change restarts it.',
      type: 'object',
      synonyms: { log_detail: 'detail', log_facility: 'facility' },
      properties: {
        detail: flag('Every change of state in detail (its option -D).'),
        facility: count('syslog facility local0 to local7 (its option -S).', 0, 7, 3),
      },
      minProperties: 1,
      additionalProperties: false,
      examples: [{ detail: true, facility: 3 }],
    },
    track_scripts: trackScripts,
    track_processes: trackProcesses,
    sync_groups: syncGroups,
  },
  additionalProperties: false,
  examples: [{ notification_email: ['admin@example.com'], smtp_server: '192.168.200.1', smtp_alert: true }],
};
