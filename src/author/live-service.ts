import type { JsonObject } from '../model/json.ts';
import { type ConfEntry, named, parseKeepalivedConf, wordAfter } from '../model/keepalived-conf.ts';

/** A virtual service as it was found, from the kernel's table or from keepalived.conf. */
export interface LiveService {
  readonly vip: string;
  readonly port: number;
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  readonly scheduler: string;
  readonly method: 'DR' | 'NAT' | 'TUN';
  /** Seconds; 0 is off. */
  readonly persistence: number;
  /** What clients share a template by: a prefix of their addresses, an engine; in the words of an inventory. */
  readonly kept: JsonObject;
  /** Flags of the scheduler and one-packet scheduling, in the words of an inventory. */
  readonly ways: JsonObject;
  readonly servers: readonly LiveServer[];
  /** In the words of an inventory; undefined where nothing checks, or nothing that is known here. */
  readonly check: JsonObject | undefined;
  readonly delayLoop: number | undefined;
  /** What it has beside this, in the words of where it was found. */
  readonly more: readonly string[];
}

/** A real server as it was found. */
export interface LiveServer {
  readonly rip: string;
  readonly port: number;
  readonly weight: number;
  /** Connections; 0 is no limit. */
  readonly upper: number;
  readonly lower: number;
}

const methods: { readonly [word: string]: LiveService['method'] } = {
  '-g': 'DR',
  '-i': 'TUN',
  '-m': 'NAT',
  DR: 'DR',
  TUN: 'TUN',
  NAT: 'NAT',
};

const protocols: { readonly [option: string]: LiveService['protocol'] } = {
  '-t': 'tcp',
  '-u': 'udp',
  '--sctp-service': 'sctp',
};

/**
 * The services in the lines of `ipvsadm -Sn` and, of thresholds, `-Ln --thresholds` (ipvsadm(8)); those by firewall mark are
 * told in `marks`.
 */
export function servicesOfTable(
  lines: readonly string[],
  thresholds: readonly string[],
): {
  readonly services: readonly LiveService[];
  readonly marks: readonly string[];
} {
  const services = new Map<string, LiveService>();
  const marks: string[] = [];
  const limits = limitsOf(thresholds);
  for (const line of lines) {
    const [command, option = '', name = '', ...words] = line.split(/\s+/);
    const protocol = protocols[option];
    if (protocol === undefined) {
      if (command === '-A') marks.push(name);
      continue;
    }
    const key = `${option} ${name}`;
    const known = services.get(key);
    if (command === '-A') services.set(key, { ...place(name), protocol, ...tableService(words) });
    else if (known !== undefined)
      services.set(
        key,
        withServer(known, words, server => limits.get(`${known.protocol} ${name} ${server}`)),
      );
  }
  return { services: [...services.values()], marks };
}

function tableService(words: readonly string[]): Omit<LiveService, 'vip' | 'port' | 'protocol'> {
  const value = (option: string) => words[words.indexOf(option) + 1];
  const has = (option: string) => words.includes(option);
  const prefix = prefixOf(value('-M') ?? '');
  const valued = ['-s', '-p', '--pe', '-b', ...(prefix === undefined ? [] : ['-M'])];
  const taken = new Set(valued.flatMap(option => (has(option) ? [option, value(option) ?? ''] : [])));
  return {
    scheduler: value('-s') ?? 'wlc',
    method: 'DR',
    persistence: has('-p') ? Number(value('-p')) : 0,
    kept: {
      ...(has('-M') && prefix !== undefined ? { prefix } : {}),
      ...(has('--pe') ? { engine: value('--pe') ?? '' } : {}),
    },
    ways: {
      ...(has('-b') ? { scheduler_flags: (value('-b') ?? '').split(',') } : {}),
      ...(has('-o') ? { one_packet: true } : {}),
    },
    servers: [],
    check: undefined,
    delayLoop: undefined,
    more: words.filter(word => !taken.has(word) && word !== '-o'),
  };
}

/** Length of the prefix that a mask is, `255.255.255.0` or of IPv6 the number itself; undefined for one with holes. */
function prefixOf(mask: string): number | undefined {
  if (/^\d+$/.test(mask)) return Number(mask);
  const bits = mask.split('.').map(byte => Number(byte).toString(2).padStart(8, '0'));
  return bits.length === 4 ? /^(1*)0*$/.exec(bits.join(''))?.[1]?.length : undefined;
}

type Limits = readonly [upper: number, lower: number];

/** Thresholds by protocol, service and real server: `tcp 192.168.0.240:80 192.168.0.223:80`. */
function limitsOf(lines: readonly string[]): ReadonlyMap<string, Limits> {
  const found = new Map<string, Limits>();
  let service = '';
  for (const line of lines) {
    const [first = '', name = '', upper, lower] = line.trim().split(/\s+/);
    if (/^(TCP|UDP|SCTP)$/.test(first)) service = `${first.toLowerCase()} ${name}`;
    else if (first === 'FWM') service = '';
    else if (first === '->' && /^\d+$/.test(upper ?? ''))
      found.set(`${service} ${name}`, [Number(upper), Number(lower)]);
  }
  return found;
}

function withServer(
  service: LiveService,
  words: readonly string[],
  limits: (server: string) => Limits | undefined,
): LiveService {
  const value = (option: string) => words[words.indexOf(option) + 1] ?? '';
  const { vip: rip, port } = place(value('-r'));
  const method = words.map(word => methods[word]).find(found => found !== undefined) ?? service.method;
  const [upper, lower] = limits(value('-r')) ?? [0, 0];
  const server = { rip, port, weight: Number(value('-w')), upper, lower };
  return { ...service, method, servers: [...service.servers, server] };
}

/** `192.168.0.240:80`, `[fd00::240]:80`. */
function place(text: string): { vip: string; port: number } {
  const at = text.lastIndexOf(':');
  return { vip: text.slice(0, at).replaceAll(/[[\]]/g, ''), port: Number(text.slice(at + 1)) };
}

/** The services of a keepalived.conf; groups and firewall marks are told in `marks`. */
export function servicesOfConf(text: string): {
  readonly services: readonly LiveService[];
  readonly marks: readonly string[];
} {
  const blocks = named(parseKeepalivedConf(text), 'virtual_server');
  const marks = blocks.filter(({ words }) => words[1] === 'fwmark' || words[1] === 'group');
  return {
    services: blocks.filter(block => !marks.includes(block)).map(confService),
    marks: marks.map(({ words }) => words.slice(1).join(' ')),
  };
}

const understood = new Set([
  ...['lvs_sched', 'lb_algo', 'lvs_method', 'lb_kind', 'protocol', 'delay_loop', 'persistence_timeout'],
  ...['real_server', 'connect_timeout', 'retry', 'delay_before_retry'],
  ...['persistence_granularity', 'persistence_engine', 'ops'],
]);

/** Words of a virtual_server that stand alone (keepalived.conf(5)). */
const flagWords = ['flag-1', 'flag-2', 'flag-3', 'sh-port', 'sh-fallback', 'mh-port', 'mh-fallback'];

function confService({ words, entries }: ConfEntry): LiveService {
  const servers = named(entries, 'real_server');
  const checks = servers.map(checkOf);
  const [check] = checks;
  const alike = checks.every(one => JSON.stringify(one) === JSON.stringify(check));
  const others = (entries ?? [])
    .map(({ words: [name = ''] }) => name)
    .filter(name => !understood.has(name) && !flagWords.includes(name));
  const prefix = prefixOf(wordAfter(entries, 'persistence_granularity') ?? '');
  const engine = wordAfter(entries, 'persistence_engine');
  const names = (entries ?? []).map(({ words: [name = ''] }) => name);
  const flags = flagWords.filter(name => names.includes(name));
  return {
    vip: words[1] ?? '',
    port: Number(words[2]),
    // Without the word a service is UDP (keepalived.conf(5)).
    protocol: (wordAfter(entries, 'protocol') ?? 'UDP').toLowerCase() as LiveService['protocol'],
    scheduler: wordAfter(entries, 'lvs_sched', 'lb_algo') ?? 'wlc',
    method: methods[(wordAfter(entries, 'lvs_method', 'lb_kind') ?? 'NAT').toUpperCase()] ?? 'NAT',
    persistence: Number(wordAfter(entries, 'persistence_timeout') ?? 0),
    kept: { ...(prefix === undefined ? {} : { prefix }), ...(engine === undefined ? {} : { engine }) },
    ways: {
      ...(flags.length === 0 ? {} : { scheduler_flags: flags }),
      ...(names.includes('ops') ? { one_packet: true } : {}),
    },
    servers: servers.map(({ words: [, rip = '', port], entries: own }) => ({
      rip,
      port: Number(port ?? words[2]),
      weight: Number(wordAfter(own, 'weight') ?? 1),
      upper: Number(wordAfter(own, 'uthreshold') ?? 0),
      lower: Number(wordAfter(own, 'lthreshold') ?? 0),
    })),
    check: alike && typeof check === 'object' ? check : undefined,
    delayLoop: Number(wordAfter(entries, 'delay_loop') ?? 60),
    more: [
      ...new Set([
        ...others,
        ...checks.filter(one => typeof one === 'string'),
        ...(alike ? [] : ['checks that differ between real servers']),
      ]),
    ],
  };
}

/** The check of a real server in the words of an inventory; the name of one that is not known here. */
function checkOf({ entries }: ConfEntry): JsonObject | string | undefined {
  const block = (entries ?? []).find(({ words: [name = ''] }) => /^[A-Z]+_(CHECK|GET)$/.test(name));
  if (block === undefined) return undefined;
  const inner = block.entries;
  const seconds = (name: string, ...others: string[]) => {
    const value = Number(wordAfter(inner, name, ...others));
    return Number.isInteger(value) ? value : undefined;
  };
  const times = {
    connect_timeout: seconds('connect_timeout') ?? 5,
    retries: seconds('retry', 'nb_get_retry') ?? 1,
    retry_delay: seconds('delay_before_retry') ?? 1,
  };
  if (block.words[0] === 'TCP_CHECK') return { type: 'tcp', ...times };
  const [url, second] = named(inner, 'url');
  const status = Number(wordAfter(url?.entries, 'status_code') ?? 200);
  if (block.words[0] !== 'HTTP_GET' || second !== undefined || Number.isNaN(status)) return block.words[0];
  return { type: 'http', path: wordAfter(url?.entries, 'path') ?? '/', status, ...times };
}
