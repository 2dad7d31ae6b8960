import { type Entry, everyEntry, readKeepalivedText } from './keepalived-text.ts';

/** Why a keepalived.conf must not become live. */
export interface Fault {
  readonly line: number;
  readonly message: string;
}

/** What of a host its configuration is judged by. */
export interface Surroundings {
  /** The host's own addresses; undefined: not known. */
  readonly addresses?: readonly string[] | undefined;
}

/**
 * What `keepalived -t` accepts (2.2.7, tried), and what takes a service away once it is loaded: a file that says
 * nothing, two owners of one thing, names of nothing, a director that talks to itself. Everything else is left to
 * `keepalived -t`, which knows its own version.
 */
export function keepalivedFaults(text: string, surroundings: Surroundings = {}): readonly Fault[] {
  const entries = readKeepalivedText(text);
  const all = everyEntry(entries);
  const faults = rules.flatMap(rule => rule({ text, entries, all, surroundings }));
  return [...faults].sort((a, b) => a.line - b.line);
}

interface File {
  readonly text: string;
  readonly entries: readonly Entry[];
  readonly all: ReturnType<typeof everyEntry>;
  readonly surroundings: Surroundings;
}

type Rule = (file: File) => readonly Fault[];

const at = ({ line }: Entry, message: string): Fault => ({ line, message });

/** A reload of a file that says nothing drops every VIP, even with reload_check_config. */
const saysNothing: Rule = ({ text, entries }) => {
  if (text.includes('\0')) return [{ line: 1, message: 'it is no text: keepalived stops reading at a NUL' }];
  const works = [
    'vrrp_instance',
    'virtual_server',
    'bfd_instance',
    'include',
    'includea',
    'includer',
    'includem',
    'includew',
    'includeb',
  ];
  if (entries.some(({ word }) => works.includes(word))) return [];
  return [{ line: 1, message: 'it configures nothing: no vrrp_instance, no virtual_server' }];
};

/** keepalived takes the last of several, and which one that is nobody sees. */
const single: ReadonlySet<string> = new Set(
  'state interface virtual_router_id priority advert_int version unicast_src_ip mcast_src_ip auth_type auth_pass protocol lvs_sched lb_algo lvs_method lb_kind delay_loop quorum hysteresis persistence_timeout sorry_server weight path connect_timeout connect_port connect_ip retry delay_before_retry misc_path router_id lvs_sync_daemon'.split(
    ' ',
  ),
);

const saidTwice: Rule = ({ all }) => {
  const faults: Fault[] = [];
  for (const { entry: block } of all) {
    const seen = new Map<string, Entry>();
    for (const entry of block.entries) {
      if (entry.conditional || !single.has(entry.word)) continue;
      const first = seen.get(entry.word);
      if (first !== undefined) faults.push(at(entry, `${entry.word} is said on line ${first.line} already`));
      seen.set(entry.word, entry);
    }
  }
  return faults;
};

const named = (entries: readonly Entry[], word: string) => entries.filter(entry => entry.word === word);
const saidOf = (block: Entry, word: string) => named(block.entries, word)[0]?.args[0];

/** The second of two is lost, with its real servers. */
const sameVirtualServer: Rule = ({ entries }) =>
  twice(named(entries, 'virtual_server'), block => {
    const protocol = (saidOf(block, 'protocol') ?? 'UDP').toUpperCase();
    const [first = '', second = ''] = block.args;
    const family = first === 'fwmark' ? (saidOf(block, 'ip_family') ?? '') : '';
    return `virtual_server ${first} ${second} ${first === 'fwmark' ? family : protocol}`.trim();
  });

const addressOf = (text = '') => text.split('/')[0] ?? '';

const vipsOf = (entries: readonly Entry[]): readonly Entry[] =>
  named(entries, 'vrrp_instance').flatMap(block =>
    block.entries.filter(({ word }) => word.startsWith('virtual_ipaddress')).flatMap(list => list.entries),
  );

const sameVip: Rule = ({ entries }) => twice(vipsOf(entries), ({ word }) => `the address ${addressOf(word)}`);

function twice(entries: readonly Entry[], key: (entry: Entry) => string): readonly Fault[] {
  const seen = new Map<string, Entry>();
  return entries.flatMap(entry => {
    if (entry.conditional) return [];
    const name = key(entry);
    const first = seen.get(name);
    seen.set(name, first ?? entry);
    return first === undefined ? [] : [at(entry, `${name} is on line ${first.line} already`)];
  });
}

/** A director that sends its advertisements to itself, or from an address that it does not have, is alone: two MASTERs. */
const ownAddresses: Rule = ({ entries, surroundings: { addresses } }) => {
  const faults: Fault[] = [];
  for (const block of named(entries, 'vrrp_instance')) {
    const sources = block.entries.filter(({ word }) => /^(unicast|mcast)_src_ip$/.test(word));
    const own = new Set([...(addresses ?? []), ...sources.map(({ args }) => args[0])]);
    for (const peer of named(block.entries, 'unicast_peer').flatMap(list => list.entries)) {
      if (own.has(peer.word)) faults.push(at(peer, `unicast_peer ${peer.word} is the host's own address`));
    }
    for (const source of sources) {
      const [ip = ''] = source.args;
      if (addresses !== undefined && !addresses.includes(ip)) {
        faults.push(at(source, `${source.word} ${ip} is no address of the host (${addresses.join(', ')})`));
      }
    }
  }
  for (const vip of vipsOf(entries)) {
    const ip = addressOf(vip.word);
    if (addresses?.includes(ip))
      faults.push(at(vip, `the virtual address ${ip} is the host's own, for good`));
  }
  return faults;
};

const namesOfNothing: Rule = ({ entries }) => {
  const blocks = (word: string) => new Set(named(entries, word).map(({ args }) => args[0]));
  const [instances, groups] = [blocks('vrrp_instance'), blocks('virtual_server_group')];
  const daemons = named(entries, 'global_defs').flatMap(block => named(block.entries, 'lvs_sync_daemon'));
  return [
    ...daemons
      .filter(
        ({ args: [, instance] }) =>
          instance !== undefined && !instances.has(instance) && !/^\d+$/.test(instance),
      )
      .map(entry => at(entry, `lvs_sync_daemon: there is no vrrp_instance ${entry.args[1]}`)),
    ...named(entries, 'virtual_server')
      .filter(({ args: [kind, group] }) => kind === 'group' && !groups.has(group))
      .map(entry => at(entry, `there is no virtual_server_group ${entry.args[1]}`)),
  ];
};

/** Requests that come back to the director that sent them, or to the server that failed. */
const servers: Rule = ({ entries }) => {
  const vips = new Set(vipsOf(entries).map(({ word }) => addressOf(word)));
  return named(entries, 'virtual_server').flatMap(block => {
    const real = named(block.entries, 'real_server');
    const endpoints = new Set(real.map(({ args }) => args.join(' ')));
    return [
      ...real
        .filter(({ args: [ip = ''] }) => vips.has(ip) || (ip === block.args[0] && ip !== ''))
        .map(entry => at(entry, `real_server ${entry.args[0]} is a virtual address`)),
      ...named(block.entries, 'sorry_server')
        .filter(({ args }) => endpoints.has(args.join(' ')))
        .map(entry =>
          at(entry, `sorry_server ${entry.args.join(' ')} is one of the real servers, and gone with them`),
        ),
      ...real
        .flatMap(({ entries: inside }) => named(inside, 'weight'))
        .filter(({ args: [weight] }) => Number(weight) > 65535)
        .map(entry => at(entry, `weight ${entry.args[0]} is above 65535`)),
    ];
  });
};

/** Without a url keepalived 2.2 makes no check, or ends by a segmentation fault. */
const withoutUrl: Rule = ({ all }) =>
  all
    .filter(
      ({ entry: { word, entries } }) =>
        /^(HTTP|SSL)_GET$/.test(word) && !entries.some(each => each.word === 'url'),
    )
    .map(({ entry }) => at(entry, `${entry.word} has no url`));

/** The first word of a program must be its whole path: keepalived looks for a script nowhere else. */
const scripts: Rule = ({ all }) =>
  all
    .filter(
      ({ entry: { word, args } }) => programs.test(word) && args[0] !== undefined && !args[0].startsWith('/'),
    )
    .map(({ entry }) => at(entry, `${entry.word}: ${entry.args[0]} is not the whole path of a program`));

const programs =
  /^(quorum_(up|down)|misc_path|notify_(up|down|master|backup|fault|stop|deleted)|notify|startup_script|shutdown_script)$/;

/** It drops all packets to the VIP: its owner answers pings and nothing else (RFC 3768, 6.4.3). */
const strict: Rule = ({ all }) =>
  all
    .filter(
      ({ entry: { word, args } }) => word === 'vrrp_strict' || (word === 'strict_mode' && args[0] !== 'off'),
    )
    .map(({ entry }) => at(entry, `${entry.word} firewalls the virtual addresses: no client gets through`));

const regexes: Rule = ({ all }) =>
  all
    .filter(({ entry: { word, args } }) => word === 'regex' && args[0] !== undefined && !isRegex(args[0]))
    .map(({ entry }) => at(entry, `${entry.args[0]} is no regular expression`));

/** JavaScript knows what it shares with PCRE; of what PCRE alone has (`(?i)`) it is no judge. */
function isRegex(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return /\(\?[^:=!<]/.test(text);
  }
}

const rules: readonly Rule[] = [
  saysNothing,
  saidTwice,
  sameVirtualServer,
  sameVip,
  ownAddresses,
  namesOfNothing,
  servers,
  withoutUrl,
  scripts,
  strict,
  regexes,
];
