import { type ConfEntry, named, parseKeepalivedConf, wordAfter } from '../model/keepalived-conf.ts';
import { endpoint } from './ip.ts';
import { flagNames } from './scheduler-flags.ts';
import { patterns } from './schema.ts';

/** A virtual service as a keepalived.conf has it, under the name by which probes know it. */
export interface ConfService {
  /** `tcp:192.168.0.240:80`, `fwmark:5`. */
  readonly key: string;
  /** undefined: keepalived's own choice. */
  readonly scheduler: string | undefined;
  readonly flags: readonly string[];
  /** By the kernel's name; undefined: a check sets it. */
  readonly weights: ReadonlyMap<string, number | undefined>;
  /** Whom a check watches, by the same names. */
  readonly watched: ReadonlySet<string>;
  /** Real servers count as failed until a check says otherwise. */
  readonly alpha: boolean;
  /** Who answers where nobody else does. */
  readonly sorry: string | undefined;
}

/** A range of addresses (`192.168.0.240-245`) is none that lvsform writes: its services are not known here. */
const isAddress = new RegExp(patterns.address);

/** The virtual services of a keepalived.conf (keepalived.conf(5), "VIRTUAL_SERVER"). */
export function servicesOf(content: string): readonly ConfService[] {
  const top = parseKeepalivedConf(content);
  const groups = new Map(
    named(top, 'virtual_server_group').map(({ words, entries }) => [words[1] ?? '', entries ?? []]),
  );
  return named(top, 'virtual_server').flatMap(({ words: [, first = '', second = ''], entries }) => {
    const protocol = (wordAfter(entries, 'protocol') ?? 'UDP').toLowerCase();
    const six = wordAfter(entries, 'ip_family') === 'inet6' ? '6' : '';
    const called = first === 'group' ? (groups.get(second) ?? []) : [{ words: [first, second] }];
    const flags = flagNames.filter(flag => named(entries, flag).length > 0);
    return called.flatMap(({ words: [word = '', value = ''] }) => {
      const marked = word === 'fwmark';
      if (!marked && !isAddress.test(word)) return [];
      const key = marked ? `fwmark${six}:${value}` : `${protocol}:${endpoint(word, Number(value))}`;
      const scheduler = wordAfter(entries, 'lvs_sched', 'lb_algo');
      const [sorry] = named(entries, 'sorry_server').map(({ words }) => nameOf(words, marked));
      const alpha = hasAlpha(entries ?? []);
      const servers = serversOf(entries, marked);
      return [{ key, scheduler, flags, ...servers, alpha, sorry }];
    });
  });
}

function serversOf(
  entries: readonly ConfEntry[] | undefined,
  marked: boolean,
): Pick<ConfService, 'weights' | 'watched'> {
  const weights = new Map<string, number | undefined>();
  const watched = new Set<string>();
  for (const { words, entries: inner = [] } of named(entries, 'real_server')) {
    const name = nameOf(words, marked);
    if (name === undefined) continue;
    weights.set(name, inner.some(weighs) ? undefined : Number(wordAfter(inner, 'weight') ?? 1));
    if (inner.some(({ words: [word = ''] }) => /^(TCP|HTTP|SSL|SMTP|DNS|MISC|UDP|PING|FILE|BFD)_/.test(word)))
      watched.add(name);
  }
  return { weights, watched };
}

/** With a firewall mark the kernel has no port. */
function nameOf([, ip = '', port = '']: readonly string[], marked: boolean): string | undefined {
  return isAddress.test(ip) ? endpoint(ip, marked ? 0 : Number(port)) : undefined;
}

/** It may stand in the service, or in a check. */
function hasAlpha(entries: readonly ConfEntry[]): boolean {
  return entries.some(({ words: [word], entries: inner = [] }) => word === 'alpha' || hasAlpha(inner));
}

/** Checks that set the weight as they find their real server: by a program's exit code, by a file. */
function weighs({ words: [word], entries }: ConfEntry): boolean {
  return word === 'FILE_CHECK' || named(entries, 'misc_dynamic', 'weight').length > 0;
}
