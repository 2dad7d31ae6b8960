import type { RealServer } from '../model/cluster.ts';
import type { BfdCheck, Connection, HealthCheck, HttpRequest, Tries } from '../model/health-check.ts';
import { weighScript } from './weigh-script.ts';

/** A checker's block, in the words of keepalived.conf(5). */
export interface CheckBlock {
  readonly word: string;
  /** Of an HTTP check: the lines of each url block. */
  readonly urls: readonly (readonly string[])[];
  readonly lines: readonly string[];
}

/** Who is checked. */
export type Checked = Pick<RealServer, 'host' | 'rip' | 'port' | 'weight'>;

/** The block of a check; none where there is nothing to check. */
export function checkBlock(check: HealthCheck, server: Checked): readonly CheckBlock[] {
  switch (check.type) {
    case 'none':
      return [];
    case 'tcp':
      return [network('TCP_CHECK', check)];
    case 'ping':
      return [network('PING_CHECK', check)];
    case 'http':
      return [
        {
          ...network(check.tls ? 'SSL_GET' : 'HTTP_GET', check, [
            ...line('http_protocol', check.protocol),
            ...flag('fast_recovery', check.fastRecovery),
            ...flag('enable_sni', check.sni),
          ]),
          urls: check.urls.map(urlLines),
        },
      ];
    case 'smtp':
      return [network('SMTP_CHECK', check, line('helo_name', check.helo))];
    case 'dns':
      return [network('DNS_CHECK', check, [`type ${check.record}`, `name ${check.name}`])];
    case 'udp':
      return [
        network('UDP_CHECK', check, [
          ...line('payload', check.payload),
          ...(check.reply === false
            ? []
            : [check.reply === true ? 'require_reply' : `require_reply ${check.reply}`]),
          ...line('min_reply_length', check.minReplyLength),
          ...line('max_reply_length', check.maxReplyLength),
        ]),
      ];
    case 'script':
      return [
        block('MISC_CHECK', [
          `misc_path ${quoted(check.dynamicWeight ? [weighScript, String(server.weight), ...check.run] : check.run, server)}`,
          ...line('misc_timeout', check.timeout),
          ...flag('misc_dynamic', check.dynamicWeight),
          ...line('user', check.user && [check.user, check.group ?? ''].join(' ').trim()),
          ...triesLines(check),
        ]),
      ];
    case 'file':
      return [
        block('FILE_CHECK', [
          `track_file ${trackFileName(filled(check.path, server))}`,
          ...line('weight', check.weight),
        ]),
      ];
    case 'bfd':
      return [block('BFD_CHECK', [`name ${bfdName(neighborOf(check, server))}`])];
  }
}

/** A program and its arguments as one quoted text; no word of it needs quotes of its own. */
export function quoted(words: readonly string[], server?: Checked): string {
  return `"${words.map(word => (server === undefined ? word : filled(word, server))).join(' ')}"`;
}

/** `{host}`, `{rip}` and `{port}` filled in. */
export function filled(text: string, server: Checked): string {
  return text
    .replaceAll('{host}', server.host)
    .replaceAll('{rip}', server.rip)
    .replaceAll('{port}', String(server.port));
}

/** A file's name in keepalived.conf: its path, which has no colon. */
export function trackFileName(path: string): string {
  return path.replaceAll('/', ':').replace(/^:/, '');
}

/** The BFD neighbour that a check means. */
export function neighborOf(check: BfdCheck, server: Checked): string {
  return check.neighbor ?? server.rip;
}

/** keepalived takes at most 31 characters (BFD_INAME_MAX). */
export function bfdName(neighbor: string): string {
  return neighbor.slice(-31);
}

function network(word: string, check: Tries & Connection, own: readonly string[] = []): CheckBlock {
  return block(word, [
    ...own,
    ...line('connect_ip', check.connectIp),
    ...line('connect_port', check.connectPort),
    ...line('bindto', check.bindTo),
    ...line('bind_port', check.bindPort),
    ...line('bind_if', check.bindInterface),
    ...line('fwmark', check.mark),
    `connect_timeout ${check.connectTimeout}`,
    ...triesLines(check),
  ]);
}

function triesLines({ retries, retryDelay, warmup }: Omit<Tries, 'connectTimeout'>): readonly string[] {
  return [`retry ${retries}`, `delay_before_retry ${retryDelay}`, ...line('warmup', warmup)];
}

function urlLines(url: HttpRequest): readonly string[] {
  return [
    `path ${url.path}`,
    `status_code ${url.status.join(' ')}`,
    ...line('digest', url.digest),
    ...line('virtualhost', url.virtualHost),
    ...line('regex', url.regex && `"${url.regex}"`),
    ...flag('regex_no_match', url.regexAbsent),
  ];
}

function block(word: string, lines: readonly string[]): CheckBlock {
  return { word, urls: [], lines };
}

function line(word: string, value: string | number | undefined): readonly string[] {
  return value === undefined ? [] : [`${word} ${value}`];
}

function flag(word: string, set: boolean | undefined): readonly string[] {
  return set ? [word] : [];
}
