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

/** The services in the lines of `ipvsadm -Sn` (ipvsadm(8)); those by firewall mark are told in `marks`. */
export function servicesOfTable(lines: readonly string[]): {
  readonly services: readonly LiveService[];
  readonly marks: readonly string[];
} {
  const services = new Map<string, LiveService>();
  const marks: string[] = [];
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
    else if (known !== undefined) services.set(key, withServer(known, words));
  }
  return { services: [...services.values()], marks };
}

function tableService(words: readonly string[]): Omit<LiveService, 'vip' | 'port' | 'protocol'> {
  const value = (option: string) => words[words.indexOf(option) + 1];
  const has = (option: string) => words.includes(option);
  const taken = new Set(['-s', '-p'].flatMap(option => (has(option) ? [option, value(option) ?? ''] : [])));
  return {
    scheduler: value('-s') ?? 'wlc',
    method: 'DR',
    persistence: has('-p') ? Number(value('-p')) : 0,
    servers: [],
    check: undefined,
    delayLoop: undefined,
    more: words.filter(word => !taken.has(word)),
  };
}

function withServer(service: LiveService, words: readonly string[]): LiveService {
  const value = (option: string) => words[words.indexOf(option) + 1] ?? '';
  const { vip: rip, port } = place(value('-r'));
  const method = words.map(word => methods[word]).find(found => found !== undefined) ?? service.method;
  return { ...service, method, servers: [...service.servers, { rip, port, weight: Number(value('-w')) }] };
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
]);

function confService({ words, entries }: ConfEntry): LiveService {
  const servers = named(entries, 'real_server');
  const checks = servers.map(checkOf);
  const [check] = checks;
  const alike = checks.every(one => JSON.stringify(one) === JSON.stringify(check));
  const others = (entries ?? []).map(({ words: [name = ''] }) => name).filter(name => !understood.has(name));
  return {
    vip: words[1] ?? '',
    port: Number(words[2]),
    // Without the word a service is UDP (keepalived.conf(5)).
    protocol: (wordAfter(entries, 'protocol') ?? 'UDP').toLowerCase() as LiveService['protocol'],
    scheduler: wordAfter(entries, 'lvs_sched', 'lb_algo') ?? 'wlc',
    method: methods[(wordAfter(entries, 'lvs_method', 'lb_kind') ?? 'NAT').toUpperCase()] ?? 'NAT',
    persistence: Number(wordAfter(entries, 'persistence_timeout') ?? 0),
    servers: servers.map(({ words: [, rip = '', port], entries: own }) => ({
      rip,
      port: Number(port ?? words[2]),
      weight: Number(wordAfter(own, 'weight') ?? 1),
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
